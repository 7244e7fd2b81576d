import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import type { RequestContext } from '../context.js';
import { assertReadablePath, assertSavablePath, assertWritablePath } from '../engines/git/file-path.js';
import type { CommitResult, FileChange } from '../engines/git/git-store.js';
import { objectId } from '../engines/git/object-id.js';
import { readNotebook } from '../engines/nbformat/read-notebook.js';
import { DomainError, FieldError, invalidField } from '../errors.js';
import { checkCommitMessage, commitChanges } from '../files/commit-changes.js';
import type { FileServices } from '../files/file-services.js';
import { loadFileTarget } from '../files/file-target.js';
import { isNotebookPath } from '../notebooks/file-kind.js';
import { assertBranchWritable } from '../repositories/branches/assert-branch-writable.js';
import { checkAll, checkEach } from '../validation/check-all.js';
import { findFileOid } from './find-file-oid.js';
import { loadWorker } from './load-worker.js';
import { assertHasFiles, type WorkerFileServices } from './load-worker-files.js';
import { maxWorkerFileBytes, tooLarge } from './stream-worker-file.js';
import type { ReadWorker } from './worker-file-reader.js';

const maxPaths = 500;

/** Which files of a worker to commit. */
export interface CommitWorkerFilesInput {
  /** 1 to 500 paths, also of files that were deleted. */
  paths: string[];
  /** Default `Commit N files of a worker`. */
  commitMessage?: string | null;
}

/** What the command needs beside the services of workers. */
type Services = WorkerFileServices & FileServices;

/**
 * Commits files of a worker, as its kernels left them, to the branch of the worker: one commit by the caller. A file that
 * the branch has changed since it was written into the worker is a conflict, and nothing is committed. For the user who
 * started the worker and for space admins who have `can_edit`. Needs the scope `write`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `branch_protected`, `workspace_archived`,
 *   `worker_not_live`, `invalid_request`, `invalid_path`, `invalid_notebook`, `base_sha_conflict`, `file_exists`,
 *   `payload_too_large` over 64 MiB in total, `rate_limited`, `overloaded`, `runtime_unavailable`
 */
export async function commitWorkerFiles(
  services: Services,
  ctx: RequestContext,
  spaceSlug: string,
  workerId: string,
  input: CommitWorkerFilesInput,
): Promise<CommitResult> {
  const loaded = await loadWorker(services, ctx, spaceSlug, workerId, 'edit', 'write');
  assertOwnerOrAdmin(ctx, loaded, loaded.worker);
  const { worker } = loaded;
  const { workspace, workspaceId, repositoryId } = worker;
  // The workspace may use another repository by now; the worker's files go back to where they came from.
  const address = workspace.defaultRepositoryId === repositoryId ? { workspaceId } : { repositoryId };
  const target = await loadFileTarget(services, ctx, spaceSlug, address, 'edit');
  const { branch } = worker;
  await assertBranchWritable(services, target, branch);
  const { paths } = input;
  const { message } = await checkAll({
    paths: () => checkPaths(paths),
    message: () => checkCommitMessage(input.commitMessage, `Commit ${paths.length} files of a worker`),
  });
  assertHasFiles(worker);
  const tip = await target.git.resolveBranch(branch);
  const changes = await readChanges(services, worker, paths, (path) => findFileOid(target.git, tip, path));
  // A kernel's rename is seen as a deleted and a new file, as in a commit from outside.
  return commitChanges(services, ctx, { ...target, branch }, { changes, message, guessesRenames: true });
}

/** Checks the number of paths. @throws FieldError `invalid_request` for none, and for more than 500 */
export function checkPathCount(paths: readonly unknown[]): void {
  if (paths.length === 0) throw invalidField('paths', 'must not be empty', 'too_short');
  if (paths.length > maxPaths) throw invalidField('paths', `must have at most ${maxPaths} items`, 'too_long');
}

async function checkPaths(paths: string[]): Promise<void> {
  checkPathCount(paths);
  await checkEach(paths, (path, index) => {
    assertReadablePath(path, ['paths', index]);
    if (paths.indexOf(path) !== index) throw invalidField(['paths', index], 'is a duplicate', 'duplicate');
  });
}

async function readChanges(
  { workerFiles }: WorkerFileServices,
  worker: ReadWorker,
  paths: string[],
  onBranch: (path: string) => Promise<string | null>,
): Promise<FileChange[]> {
  const manifest = await workerFiles.manifest(worker);
  let left = maxWorkerFileBytes;
  const read = async (path: string): Promise<Uint8Array | null> => {
    const file = await workerFiles.open(worker, path);
    if (!file) return null;
    try {
      if (file.size > left) throw tooLarge();
      const chunks: Uint8Array[] = [];
      for await (const chunk of file.read(0, file.size)) chunks.push(chunk);
      left -= file.size;
      return Buffer.concat(chunks);
    } finally {
      await file.close();
    }
  };
  const changes = await checkEach(paths, async (path, index) => {
    const bytes = await read(path);
    const change = toChange(path, index, { bytes, baseSha: manifest.get(path) });
    // What the branch has already is no conflict, e.g. when the same files are committed again.
    const isThere = (await onBranch(path)) === (bytes && objectId('blob', bytes));
    return isThere ? [] : [{ ...change, at: ['paths', index] }];
  });
  return changes.flat();
}

/** @throws FieldError */
function toChange(
  path: string,
  index: number,
  { bytes, baseSha }: { bytes: Uint8Array | null; baseSha: string | undefined },
): FileChange {
  if (bytes) {
    if (isNotebookPath(path)) checkNotebook(bytes, index);
    if (baseSha !== undefined) {
      assertSavablePath(path, ['paths', index]);
      return { kind: 'save', path, bytes, baseSha, conflictsIfGone: true };
    }
    assertWritablePath(path, ['paths', index]);
    return { kind: 'create', path, bytes };
  }
  if (baseSha !== undefined) return { kind: 'delete', path, baseSha, conflictsIfGone: true };
  throw invalidField(['paths', index], 'is not a file of the worker', 'unknown');
}

/** @throws FieldError `invalid_notebook` */
function checkNotebook(bytes: Uint8Array, index: number): void {
  try {
    readNotebook(bytes);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const fault = { path: ['paths', index], message: 'is not a valid notebook', type: 'invalid_notebook' };
    throw new FieldError('invalid_notebook', [fault], { cause: error });
  }
}
