import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { RequestContext } from '../../context.js';
import type { BoundedSlots } from '../../engines/events/bounded-slots.js';
import { pullIterator } from '../../engines/events/pull-iterator.js';
import { createWatchdog } from '../../engines/events/watchdog.js';
import { checkRef } from '../../engines/git/check-ref.js';
import type { FileServices } from '../file-services.js';
import { type FileTarget, loadFileTarget } from '../file-target.js';
import { archiveSource } from './archive-source.js';
import { writeTar } from './write-tar.js';
import { writeZip } from './write-zip.js';

/** The formats of an archive, each named by the extension of its file. */
export type ArchiveFormat = 'zip' | 'tar.gz';

/** What {@link streamArchive} needs. */
export interface ArchiveFileServices extends FileServices {
  /** Limits how many archives are written at the same time. */
  archiveSlots: BoundedSlots;
}

/** A part of an archive. */
export interface ArchiveChunk {
  /** The commit whose files it holds. */
  commitSha: string;
  /** The name for the download, e.g. `risk-0a1b2c3.zip`. */
  fileName: string;
  /** Changes with everything that the bytes depend on. */
  etag: string;
  bytes: Uint8Array;
}

const chunkBytes = 256 * 1024;
const maxNameLength = 60;
const extensions: Record<ArchiveFormat, string> = { zip: 'zip', 'tar.gz': 'tar.gz' };

/**
 * Streams the regular files at a ref as an archive. The first part has no bytes: it names the archive. Bytes are written as
 * the reader takes them. For a reader that is too slow, and after half an hour, the archive ends with an error. Needs the
 * scope `read` and `can_view`.
 * @param input.ref a branch, tag or commit sha; default the target's branch
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_ref`; with the second part `payload_too_large`,
 *   `rate_limited`, `overloaded`
 */
export async function streamArchive(
  services: ArchiveFileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: { ref?: string | null; format: ArchiveFormat },
): Promise<AsyncIterableIterator<ArchiveChunk>> {
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'view');
  const { git, workspace, repository } = target;
  const { commitOid } = await git.resolveRef(checkRef(input.ref ?? target.defaultBranch));
  const folder = `${safeName((workspace ?? repository).name)}-${commitOid.slice(0, 7)}`;
  const fileName = `${folder}.${extensions[input.format]}`;
  const head = { commitSha: commitOid, fileName, etag: entityTag(commitOid, fileName) };
  return parts(services.archiveSlots, ctx.actor.userId, head, async (signal) => {
    const source = await archiveSource(git, await git.readCommit(commitOid), folder, signal);
    return input.format === 'zip' ? writeZip(source) : writeTar(source);
  });
}

/** @param open begins to write the archive; the signal ends that */
function parts(
  slots: BoundedSlots,
  userId: string,
  head: Omit<ArchiveChunk, 'bytes'>,
  open: (signal: AbortSignal) => Promise<Readable>,
): AsyncIterableIterator<ArchiveChunk> {
  const left = new AbortController();
  const watchdog = createWatchdog(left.signal);
  const { signal } = watchdog;
  let isNamed = false;
  let taken = 0;
  let chunks: AsyncIterator<Buffer> | undefined;
  async function begin(): Promise<AsyncIterator<Buffer>> {
    const leave = await slots.enter(userId, signal);
    try {
      signal.throwIfAborted();
      const stream = await open(signal);
      // The iterator reports it, from its first step on.
      stream.on('error', () => {});
      const end = () => {
        stream.destroy();
        leave();
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
      return stream[Symbol.asyncIterator]();
    } catch (error) {
      leave();
      throw error;
    }
  }
  const stop = () => {
    left.abort();
    watchdog.stop();
  };
  return pullIterator(async () => {
    watchdog.touch(taken);
    if (!isNamed) {
      isNamed = true;
      return { ...head, bytes: new Uint8Array() };
    }
    chunks ??= await begin();
    const bytes = await nextBytes(chunks);
    // What was ended must not look complete.
    signal.throwIfAborted();
    taken = bytes?.length ?? 0;
    watchdog.wait();
    return bytes && { ...head, bytes };
  }, stop);
}

/** The next bytes, of at least {@link chunkBytes} except at the end; undefined after it. */
async function nextBytes(chunks: AsyncIterator<Buffer>): Promise<Uint8Array | undefined> {
  const collected: Buffer[] = [];
  let length = 0;
  while (length < chunkBytes) {
    const { done, value } = await chunks.next();
    if (done) break;
    collected.push(value);
    length += value.length;
  }
  return length === 0 ? undefined : Buffer.concat(collected, length);
}

/** A name that is one segment of a path on every system. */
function safeName(name: string): string {
  const plain = name.normalize('NFC').replace(/[^\p{L}\p{N}._-]+/gu, '-');
  const cut = [...plain].slice(0, maxNameLength).join('');
  return cut.replace(/^[-.]+|[-.]+$/g, '') || 'files';
}

/** The compressed bytes depend on the library that compresses them, too. */
function entityTag(commitSha: string, fileName: string): string {
  const digest = createHash('sha256').update(JSON.stringify([fileName, process.versions.zlib]));
  return `${commitSha}.${digest.digest('hex').slice(0, 12)}`;
}
