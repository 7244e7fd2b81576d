import type { NativeGit } from '../native/native-git.js';
import { NativeGitError } from '../native/native-git.js';
import { RemoteFault } from '../remote-fault.js';
import type { RemoteAccess, RemoteLimits } from './remote-access.js';
import { runRemoteCommand } from './remote-command.js';

const maxRefspecs = 100;

/**
 * Moves branches of a remote forward, never back: Git refuses commits that are not descendants of the remote's tip.
 * @param commits the commit by branch
 * @returns false when a branch of the remote has moved since it was fetched, so that it must be fetched again
 * @throws RemoteFault, or the reason of `signal`
 */
export async function pushRemote(
  native: NativeGit,
  gitdir: string,
  access: RemoteAccess,
  commits: ReadonlyMap<string, string>,
  options: { limits: RemoteLimits; signal: AbortSignal },
): Promise<boolean> {
  const refspecs = [...commits].map(([branch, oid]) => `${oid}:refs/heads/${branch}`);
  for (let at = 0; at < refspecs.length; at += maxRefspecs) {
    const args = ['push', '--quiet', '--no-verify', access.url, ...refspecs.slice(at, at + maxRefspecs)];
    try {
      await runRemoteCommand(native, access, args, { ...options, gitdir });
    } catch (error) {
      if (error instanceof RemoteFault && hasMoved(error.cause)) return false;
      throw error;
    }
  }
  return true;
}

function hasMoved(cause: unknown): boolean {
  return cause instanceof NativeGitError && /\((fetch first|non-fast-forward)\)/.test(cause.stderr);
}
