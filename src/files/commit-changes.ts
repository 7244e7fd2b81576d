import type { RequestContext } from '../context.js';
import type { CommitInput, CommitResult } from '../engines/git/git-store.js';
import { serviceIdentity } from '../repositories/service-identity.js';
import { checkText } from '../validation/validate.js';
import type { FileServices } from './file-services.js';
import type { BranchTarget } from './file-target.js';

export type { CommitResult } from '../engines/git/git-store.js';

const maxMessageLength = 10_000;

/**
 * Checks the message of a commit.
 * @param given absent and blank count as `fallback`
 * @param fallback is not checked: a fault of a path in it is a fault of the path, not of a message that nobody sent
 * @returns the message without the spaces around it
 * @throws DomainError `invalid_request` naming `commitMessage`
 */
export function checkCommitMessage(given: string | null | undefined, fallback: string): string {
  const message = given?.trim();
  return message ? checkText(message, 'commitMessage', maxMessageLength) : fallback;
}

/**
 * Creates one commit from the changes and indexes it, which publishes the commit to subscribers.
 * @param input.message from {@link checkCommitMessage}
 * @param input.guessesRenames see {@link CommitInput}; default false
 * @throws DomainError `invalid_path`, `not_found`, `file_exists`, `base_sha_conflict`, `storage_unavailable`
 */
export async function commitChanges(
  services: FileServices,
  ctx: RequestContext,
  target: BranchTarget,
  input: Pick<CommitInput, 'changes' | 'message' | 'guessesRenames'>,
): Promise<CommitResult> {
  // Checked before the commit: while a long history is being indexed, the answer to a save could not be read.
  const { id, defaultBranch } = target.repository;
  await services.indexer.ready(id, target.branch);
  // A new notebook gets the id of the notebook at the same path on the default branch, so that index is needed too.
  const isNew = input.changes.some(({ kind }) => kind === 'create' || kind === 'move');
  if (isNew && target.branch !== defaultBranch) await services.indexer.ready(id, defaultBranch);
  const result = await target.git.commit({
    ...input,
    branch: target.branch,
    author: { name: ctx.actor.name, email: ctx.actor.email },
    committer: serviceIdentity,
  });
  await services.indexer.ensure(target.repository.id, target.branch);
  return result;
}
