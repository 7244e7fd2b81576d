import type { Commit } from '../engines/git/git-store.js';
import { serviceIdentity } from './service-identity.js';

/** The message of the commit with which the gateway creates a repository. */
export const firstCommitMessage = 'Create the repository';

/** Whether a commit is the one with which the gateway created the repository: no user's work is in it. */
export function isFirstCommit(commit: Commit): boolean {
  return (
    commit.parents.length === 0 &&
    commit.message.trimEnd() === firstCommitMessage &&
    commit.committer.email === serviceIdentity.email
  );
}
