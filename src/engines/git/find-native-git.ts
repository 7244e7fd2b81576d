import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DomainError } from '../../errors.js';
import { NativeGit } from './native/native-git.js';

/** `git repack --geometric` came with 2.32. */
const minVersion = [2, 32] as const;
const timeoutMs = 10_000;

/**
 * Finds the `git` program on the `PATH`, which the gateway needs.
 * @throws DomainError `storage_unavailable`, in one sentence for whoever starts the gateway, when there is none or it is
 *   older than 2.32
 */
export async function findNativeGit(): Promise<NativeGit> {
  const printed = await promisify(execFile)('git', ['--version'], { timeout: timeoutMs }).catch(() => null);
  const version = /\d+\.\d+(\.\d+)*/.exec(printed?.stdout ?? '');
  if (!version) throw missing('none was found');
  const native = new NativeGit(version[0]);
  if (!native.isAtLeast(...minVersion)) throw missing(`version ${native.version} was found`);
  return native;
}

function missing(found: string): DomainError {
  return new DomainError(
    'storage_unavailable',
    `The gateway needs git ${minVersion.join('.')} or newer on the PATH, but ${found}.`,
  );
}
