import { checkBranchName } from '../engines/git/check-ref.js';
import { assertWritablePath } from '../engines/git/file-path.js';
import { DomainError } from '../errors.js';
import type { FileServices } from '../files/file-services.js';
import { checkTargetBranch, type LoadedTarget } from '../files/file-target.js';
import { checkAll } from '../validation/check-all.js';
import { faultsBelow } from '../validation/faults-below.js';
import { checkNotebookPath } from './check-notebook-path.js';

/** Where a client wants the executed notebook. */
export interface SaveTo {
  /** Default the branch that is run; for a tag or a commit the workspace's branch. */
  branch?: string | null;
  /** Default the path that is run. */
  path?: string | null;
}

/** Where the executed notebook is saved, unless the file there changes until then. */
export interface SaveTarget {
  branch: string;
  path: string;
  /** The blob of the file now; null when there is none. */
  baseOid: string | null;
}

/**
 * Checks the names in it.
 * @param ranPath the path that is run, which need not be allowed for a new file
 * @throws FieldError `invalid_path`, `invalid_ref`, `invalid_request`
 */
export async function checkSaveTo({ path, branch }: SaveTo, ranPath: string): Promise<void> {
  await faultsBelow(['saveTo'], () =>
    checkAll({
      path: () => {
        if (path == null) return;
        checkNotebookPath(path);
        if (path !== ranPath) assertWritablePath(path);
      },
      branch: () => branch != null && checkBranchName(branch),
    }),
  );
}

/**
 * Checks where the executed notebook is to be saved, and authorizes the caller. The names were checked with {@link checkSaveTo}.
 * @param ran the file that is run
 * @param ran.tip the commit that was read, where the branch is run; null for a tag or a commit
 * @throws DomainError `invalid_ref`, `branch_protected`, `not_found` (branch); `base_sha_conflict` when it is the path that is
 *   run, and the branch has another file there than a tag or a commit
 */
export function saveTarget(
  services: FileServices,
  target: LoadedTarget,
  ran: { path: string; branch: string; oid: string; tip: string | null },
  saveTo: SaveTo,
): Promise<SaveTarget> {
  return faultsBelow(['saveTo'], async () => {
    const path = saveTo.path ?? ran.path;
    const branch = await checkTargetBranch(services, target, saveTo.branch ?? ran.branch);
    // A commit that reaches the branch after the file was read is found when the run saves.
    const tip = branch === ran.branch && ran.tip !== null ? ran.tip : await target.git.resolveBranch(branch);
    const baseOid = await target.git.fileOid(tip, path);
    if (path === ran.path && branch === ran.branch && baseOid !== ran.oid)
      throw movedOn({ path, branch }, ran.oid, baseOid);
    return { branch, path, baseOid };
  });
}

function movedOn(
  at: { path: string; branch: string },
  baseSha: string,
  currentSha: string | null,
): DomainError {
  return new DomainError(
    'base_sha_conflict',
    'The branch has another file than the one to run; run the branch, or save to another path or branch.',
    { extra: { ...at, baseSha, currentSha } },
  );
}
