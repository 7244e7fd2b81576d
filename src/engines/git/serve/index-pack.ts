import { strictOption } from '../native/fsck-severities.js';
import type { NativeGit } from '../native/native-git.js';
import { objectFault } from '../native/object-fault.js';
import type { Quarantine } from '../packs/quarantine.js';
import { allEnded } from './all-ended.js';
import { PushRefused } from './push-refused.js';

/**
 * Limits on the work that a small pack can cause: one thread, large blobs streamed, and no allocation over 256 MiB, which
 * ends deltas that expand without end. Git checks `GIT_ALLOC_LIMIT` before each allocation.
 */
export const packBounds = {
  config: { 'pack.threads': '1', 'core.bigFileThreshold': '16m', 'core.deltaBaseCacheLimit': '64m' },
  env: { GIT_ALLOC_LIMIT: '256m' },
};

/**
 * Streams a pack into the quarantine, where Git completes it, checks every object as its fsck does, except for
 * {@link strictOption harmless faults}, and indexes it.
 * @param options.maxBytes the maximum size of the pack
 * @throws PushRefused
 * @see https://git-scm.com/docs/git-index-pack
 */
export async function indexPack(
  native: NativeGit,
  pack: AsyncIterable<Buffer>,
  options: { gitdir: string; quarantine: Quarantine; maxBytes: number; signal: AbortSignal },
): Promise<void> {
  const { gitdir, quarantine, maxBytes, signal } = options;
  const args = ['index-pack', '--stdin', '--fix-thin', strictOption, `--max-input-size=${maxBytes}`];
  const env = { ...quarantine.beside, ...packBounds.env };
  const git = native.start(args, { gitdir, config: packBounds.config, env, signal });
  git.stdout.resume();
  const [code] = await allEnded([git.exited, git.writeInput(pack)]);
  if (code !== 0) throw new PushRefused(faultOf(git.errorOutput, code, maxBytes), git.errorOutput);
}

/** What Git printed, in words that may be shown: Git's own may contain paths of the host. */
function faultOf(errors: string, code: number | null, maxBytes: number): string {
  const fault = objectFault(errors);
  if (fault) return fault;
  if (errors.includes('exceeds maximum allowed size')) return tooLarge(maxBytes);
  if (/attempting to allocate|too large|[Oo]ut of memory/.test(errors))
    return 'an object of the pack is too large';
  if (/unresolved delta|did not receive expected object|Could not read|missing/i.test(errors))
    return 'the pack lacks objects that it refers to';
  if (code === null) return 'the pack took too long';
  return 'the pack is damaged or incomplete';
}

function tooLarge(maxBytes: number): string {
  return `the pack is over the limit of ${Math.floor(maxBytes / 1024 / 1024)} MiB; push in parts`;
}
