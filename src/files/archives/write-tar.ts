import { pipeline, type Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack as createPack, type Header } from 'tar-stream';
import type { ArchiveSource } from './archive-source.js';

const outputBytes = 256 * 1024;

/**
 * An archive in the format `tar.gz`. A file is read when the reader has taken those before it; a destroyed stream reads no
 * more. A failure ends it with the error.
 */
export function writeTar({ folder, date, files, read }: ArchiveSource): Readable {
  const pack = createPack();
  const gzip = createGzip({ chunkSize: outputBytes });
  // What fails destroys both streams, so the reader of the last one gets the error.
  pipeline(pack, gzip, () => {});
  const add = (header: Pick<Header, 'name' | 'mode' | 'mtime' | 'type'>, bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      pack.entry(header, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  async function addAll(): Promise<void> {
    for (const { path, oid, isExecutable } of files) {
      if (gzip.destroyed) return;
      const mode = isExecutable ? 0o755 : 0o644;
      await add({ name: `${folder}/${path}`, mode, mtime: date, type: 'file' }, await read(oid));
    }
    pack.finalize();
  }
  addAll().catch((error: Error) => gzip.destroy(error));
  return gzip;
}
