import type { Commit } from '../engines/git/git-store.js';
import { serviceIdentity } from './service-identity.js';

/** The message of the commit that a repository is made with. */
export const firstCommitMessage = 'Create the repository';

/** Whether a commit is the one that its repository was made with: it has nobody's work. */
export function isFirstCommit(commit: Commit): boolean {
  return (
    commit.parents.length === 0 &&
    commit.message.trimEnd() === firstCommitMessage &&
    commit.committer.email === serviceIdentity.email
  );
}
