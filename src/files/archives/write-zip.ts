import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { ArchivedFile, ArchiveSource } from './archive-source.js';

/** This many bytes are added to a checksum in one step. */
const pieceBytes = 128 * 1024;

/**
 * An archive in the format `zip`. A file is read when the reader has taken those before it; a destroyed stream reads no more.
 * A failure ends it with the error.
 */
export function writeZip({ folder, date, files, read }: ArchiveSource): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const fail = (error: Error) => output.destroy(error);
  zip.on('error', fail);
  /** Resolves when the zip file asks for the content: it has written all files before. */
  const add = ({ path, oid, isExecutable }: ArchivedFile) =>
    new Promise<void>((resolve) => {
      const mode = isExecutable ? 0o100755 : 0o100644;
      zip.addReadStreamLazy(`${folder}/${path}`, { mtime: date, mode }, (give) => {
        resolve();
        read(oid).then((bytes) => give(null, Readable.from(pieces(bytes))), fail);
      });
    });
  async function addAll(): Promise<void> {
    for (const file of files) {
      if (output.destroyed) return;
      await add(file);
    }
    zip.end();
  }
  addAll().catch(fail);
  return output;
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}
