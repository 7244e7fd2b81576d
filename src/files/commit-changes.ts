import type { RequestContext } from '../context.js';
import type { CommitResult, FileChange } from '../engines/git/git-store.js';
import { serviceIdentity } from '../repositories/service-identity.js';
import { checkText } from '../validation/validate.js';
import type { FileServices } from './file-services.js';
import type { BranchTarget } from './file-target.js';

export type { CommitResult } from '../engines/git/git-store.js';

const longestMessage = 10_000;

/**
 * Makes one commit of the changes and brings the index up to it, which tells who listens.
 * @throws DomainError `invalid_request`, `invalid_path`, `invalid_ref`, `not_found`, `file_exists`,
 *   `base_sha_conflict`, `storage_unavailable`
 */
export async function commitChanges(
  services: FileServices,
  ctx: RequestContext,
  target: BranchTarget,
  input: { changes: FileChange[]; message: string },
): Promise<CommitResult> {
  const message = checkText(input.message, 'commitMessage', longestMessage);
  // Before anything is written: while a long history is indexed, nothing could be answered about what was saved.
  const { id, defaultBranch } = target.repository;
  await services.indexer.ready(id, target.branch);
  // What is new may be the notebook that the default branch has at the path.
  const isNew = input.changes.some(({ kind }) => kind === 'create' || kind === 'move');
  if (isNew && target.branch !== defaultBranch) await services.indexer.ready(id, defaultBranch);
  const result = await target.git.commit({
    branch: target.branch,
    changes: input.changes,
    author: { name: ctx.actor.name, email: ctx.actor.email },
    committer: serviceIdentity,
    message,
  });
  await services.indexer.ensure(target.repository.id, target.branch);
  return result;
}
