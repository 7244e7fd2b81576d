import type { NativeGit } from '../native/native-git.js';
import { RemoteFault } from '../remote-fault.js';
import { checkObjects } from '../serve/check-objects.js';
import { type NewObjects, PackObjects } from '../serve/pack-objects.js';
import { PushRefused, TooManyObjects } from '../serve/push-refused.js';
import type { RemoteLimits } from './remote-access.js';

/**
 * Checks the new objects of a fetch like those of a push, within the time limit of one command.
 * @throws RemoteFault `unfit`, `too_large`, `timed_out`; or the reason of `signal`
 */
export async function checkFetched(
  native: NativeGit,
  gitdir: string,
  objects: NewObjects,
  { limits, signal }: { limits: RemoteLimits; signal: AbortSignal },
): Promise<void> {
  const late = AbortSignal.timeout(limits.timeoutMs);
  try {
    await checkObjects(new PackObjects(native, gitdir, objects, AbortSignal.any([signal, late])));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof PushRefused)) throw error;
    if (late.aborted) throw new RemoteFault('timed_out', { cause: error });
    if (error instanceof TooManyObjects) throw new RemoteFault('too_large', { cause: error });
    throw new RemoteFault('unfit', { cause: error, subject: error.message });
  }
}
