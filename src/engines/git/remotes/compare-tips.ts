import type { NativeGit } from '../native/native-git.js';

/** How far two commits are apart. */
export interface Distance {
  /** Commits that are here and not there. */
  ahead: number;
  /** Commits that are there and not here. */
  behind: number;
}

/** Counts the commits that only one of two has. */
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
