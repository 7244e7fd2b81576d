import type { RequestContext } from '../context.js';
import { checkRef } from '../engines/git/check-ref.js';
import { assertReadablePath } from '../engines/git/file-path.js';
import type { FileKind } from '../notebooks/file-kind.js';
import { checkAll } from '../validation/check-all.js';
import { authorizeRead } from './authorize-read.js';
import { checkFileKind } from './check-file-kind.js';
import type { FileServices } from './file-services.js';
import { type FileRows, type FileSource, openFileSource } from './file-target.js';
import { type FileLocation, locateFile } from './locate-file.js';

/**
 * Finds a file of any kind, with its bytes. Needs the scope `read` and `can_view`.
 * @param input.ref a branch, tag or commit sha; default the target's branch
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `invalid_path`, `invalid_ref`
 */
export async function readFileState(
  services: FileServices,
  ctx: RequestContext,
  rows: FileRows,
  input: { path: string; ref?: string | null },
): Promise<{ location: FileLocation; bytes: Uint8Array }> {
  await authorizeRead(services, ctx, rows);
  return locateChecked(services, await openFileSource(services, rows), input);
}

/**
 * Checks a path and a ref, and finds the file.
 * @param input.kind refuses paths of other kinds
 * @throws DomainError `not_found`, `invalid_path`, `invalid_ref`
 */
export async function locateChecked(
  services: FileServices,
  source: FileSource,
  input: { path: string; ref?: string | null; kind?: FileKind },
): Promise<{ location: FileLocation; bytes: Uint8Array }> {
  const { ref } = await checkAll({
    path: () => {
      assertReadablePath(input.path);
      if (input.kind) checkFileKind(input.path, input.kind);
    },
    ref: () => checkRef(input.ref ?? source.defaultBranch),
  });
  return locateFile(services, source, { ref, path: input.path });
}
