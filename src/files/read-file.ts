import type { RequestContext } from '../context.js';
import { assertReadablePath } from '../engines/git/trees/path.js';
import type { FileKind } from '../notebooks/file-kind.js';
import { checkRef } from '../repositories/check-ref.js';
import { checkKind } from './check-kind.js';
import type { FileServices } from './file-services.js';
import { type FileSnapshot, readSnapshot } from './file-snapshot.js';
import { type FileTarget, loadFileTarget } from './file-target.js';

/** Which file to read. */
export interface ReadFileInput {
  path: string;
  /** A branch, tag or commit sha; default the target's branch. */
  ref?: string | null;
  /** The kind that the path must have; default any. */
  kind?: FileKind | null;
}

/**
 * Reads a notebook or text file. Needs the scope `read` and `can_view`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_path`, `invalid_ref`, `unreadable_file`
 */
export async function readFile(
  services: FileServices,
  ctx: RequestContext,
  spaceSlug: string,
  address: FileTarget,
  input: ReadFileInput,
): Promise<FileSnapshot> {
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'view');
  assertReadablePath(input.path);
  if (input.kind) checkKind(input.path, input.kind);
  const ref = checkRef(input.ref ?? target.defaultBranch);
  return readSnapshot(services, target, { ref, path: input.path });
}
