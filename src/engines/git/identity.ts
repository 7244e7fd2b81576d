/** An author or committer. Characters that a commit's header cannot contain are removed from a new commit. */
export interface Identity {
  name: string;
  email: string;
}
