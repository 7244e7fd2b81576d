import { assertSavablePath, assertWritablePath } from '../engines/git/file-path.js';
import { DomainError, invalidField } from '../errors.js';
import type { FileServices } from '../files/file-services.js';
import { checkTargetBranch, type LoadedTarget } from '../files/file-target.js';
import { faultsBelow } from '../validation/faults-below.js';

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
 * Checks where the executed notebook is to be saved, and authorizes the caller.
 * @param ran the file that is run
 * @throws DomainError `invalid_ref`, `invalid_path`, `invalid_request`, `branch_protected`, `not_found` (branch);
 *   `base_sha_conflict` when it is the path that is run, and the branch has another file there
 */
export function saveTarget(
  services: FileServices,
  target: LoadedTarget,
  ran: { path: string; branch: string; oid: string },
  saveTo: SaveTo,
): Promise<SaveTarget> {
  return faultsBelow(['saveTo'], async () => {
    const path = saveTo.path ?? ran.path;
    if (path === ran.path) assertSavablePath(path);
    else assertWritablePath(path);
    if (!path.endsWith('.ipynb'))
      throw invalidField('path', 'must be that of a notebook, with .ipynb at its end');
    const branch = await checkTargetBranch(services, target, saveTo.branch ?? ran.branch);
    const baseOid = await target.git.fileOid(await target.git.resolveBranch(branch), path);
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
