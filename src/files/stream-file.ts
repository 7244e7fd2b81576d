import type { RequestContext } from '../context.js';
import type { ByteBudget } from '../engines/events/byte-budget.js';
import { pullIterator } from '../engines/events/pull-iterator.js';
import { DomainError, invalidField } from '../errors.js';
import type { FileServices } from './file-services.js';
import { type FileTarget, loadFileTarget } from './file-target.js';
import { locateChecked } from './read-file-state.js';

const maxBytes = 64 * 1024 * 1024;
const chunkBytes = 1024 * 1024;

/** A part of a file. */
export interface FileChunk {
  /** The bytes of the whole file. */
  size: number;
  /** The blob oid of the whole file. */
  sha: string;
  /** Where the part begins, in bytes from the start of the file. */
  offset: number;
  bytes: Uint8Array;
}

/** Which part of which file to read. */
export interface FileRange {
  path: string;
  /** A branch, tag or commit sha; default the target's branch. */
  ref?: string | null;
  /** The first byte; a negative number counts from the end. Default 0. */
  start?: number | null;
  /** At most so many bytes; default to the end. */
  length?: number | null;
}

/** What {@link streamFile} needs. */
export interface StreamFileServices extends FileServices {
  /** Bounds the bytes of files that are held while their clients read them. */
  heldFiles: ByteBudget;
}

/**
 * Streams the bytes of a file of any kind in parts of 1 MiB. The first part is there also when there are no bytes. Needs
 * the scope `read` and `can_view`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_path`, `invalid_ref`, `invalid_request`,
 *   `payload_too_large` over 64 MiB; `rate_limited`, `overloaded` when too many files are held for slow clients
 */
export async function streamFile(
  services: StreamFileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  { path, ref, start, length }: FileRange,
): Promise<AsyncIterableIterator<FileChunk>> {
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'view');
  const maxLength = length ?? maxBytes;
  if (maxLength < 0) throw invalidField('length', 'must not be negative', 'out_of_range');
  const { location, bytes } = await locateChecked(services, target, { path, ref });
  const { size, sha } = location;
  if (size > maxBytes)
    throw new DomainError(
      'payload_too_large',
      'A file may have at most 64 MiB to be read; read it with Git.',
    );
  const from = start ?? 0;
  let offset = Math.min(size, from < 0 ? Math.max(0, size + from) : from);
  const end = Math.min(size, offset + maxLength);
  let isFirst = true;
  const release = services.heldFiles.take(ctx.actor.userId, size);
  return pullIterator(async () => {
    if (offset === end && !isFirst) return undefined;
    isFirst = false;
    const next = Math.min(end, offset + chunkBytes);
    const chunk = { size, sha, offset, bytes: bytes.subarray(offset, next) };
    offset = next;
    return chunk;
  }, release);
}
