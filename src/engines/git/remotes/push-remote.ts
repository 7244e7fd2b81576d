import type { NativeGit } from '../native/native-git.js';
import { NativeGitError } from '../native/native-git.js';
import type { RemoteAccess, RemoteLimits } from '../remote-access.js';
import { RemoteFault } from '../remote-fault.js';
import { runRemoteCommand } from './remote-command.js';

const atOnce = 100;

/**
 * Moves branches of a remote on to commits, never back: git refuses what is no descendant of what the remote has.
 * @param commits the commit by branch
 * @returns false when the remote has moved since it was fetched: fetch again and look
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
  for (let at = 0; at < refspecs.length; at += atOnce) {
    const args = ['push', '--quiet', '--no-verify', access.url, ...refspecs.slice(at, at + atOnce)];
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
