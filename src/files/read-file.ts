import type { RequestContext } from '../context.js';
import { checkRef } from '../engines/git/check-ref.js';
import { assertReadablePath } from '../engines/git/file-path.js';
import type { FileKind } from '../notebooks/file-kind.js';
import { checkAll } from '../validation/check-all.js';
import { authorizeRead } from './authorize-read.js';
import { checkFileKind } from './check-file-kind.js';
import type { FileServices } from './file-services.js';
import { type FileSnapshot, readSnapshot } from './file-snapshot.js';
import { type FileRows, openFileSource } from './file-target.js';

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
  rows: FileRows,
  input: ReadFileInput,
): Promise<FileSnapshot> {
  await authorizeRead(services, ctx, rows);
  const source = await openFileSource(services, rows);
  const { ref } = await checkAll({
    path: () => {
      assertReadablePath(input.path);
      if (input.kind) checkFileKind(input.path, input.kind);
    },
    ref: () => checkRef(input.ref ?? source.defaultBranch),
  });
  return readSnapshot(services, ctx, source, { ref, path: input.path });
}
