import type { NativeGit } from './native/native-git.js';

/** Whether all objects that the refs of a repository need are there. @returns what git says about it; null when they are */
export async function missingObjects(gitdir: string, native: NativeGit): Promise<string | null> {
  try {
    await native.run(['fsck', '--connectivity-only', '--no-dangling', '--no-progress'], { gitdir });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
