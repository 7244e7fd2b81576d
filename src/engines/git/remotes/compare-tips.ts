import type { NativeGit } from '../native/native-git.js';

/** The number of commits between two tips. */
export interface Distance {
  /** Commits that only the local tip contains. */
  ahead: number;
  /** Commits that only the remote tip contains. */
  behind: number;
}

/** Counts the commits that only one of two tips contains. */
export async function compareTips(
  native: NativeGit,
  gitdir: string,
  here: string,
  there: string,
  signal?: AbortSignal,
): Promise<Distance> {
  if (here === there) return { ahead: 0, behind: 0 };
  const printed = await native.run(['rev-list', '--count', '--left-right', `${here}...${there}`, '--'], {
    gitdir,
    signal,
  });
  const [ahead, behind] = printed.toString().trim().split('\t').map(Number);
  return { ahead: ahead!, behind: behind! };
}
