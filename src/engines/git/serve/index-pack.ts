import type { NativeGit } from '../native/native-git.js';
import type { Quarantine } from '../packs/quarantine.js';
import { allEnded } from './all-ended.js';
import { PushRefused } from './push-refused.js';

/** The faults that a person may meet, by their names in Git's fsck. @see https://git-scm.com/docs/git-fsck#_fsck_messages */
const faults: Record<string, string> = {
  hasDotgit: 'contains a path that is a spelling of .git',
  hasDot: 'contains a path with the segment .',
  hasDotdot: 'contains a path with the segment ..',
  emptyName: 'contains an entry without a name',
  fullPathname: 'contains a name with a slash',
  duplicateEntries: 'contains one name twice',
  treeNotSorted: 'is not sorted',
  gitmodulesSymlink: 'has a .gitmodules that is a symlink',
};

/**
 * Limits on the work that a small pack can cause: one thread, large blobs streamed, and no allocation over 256 MiB, which
 * ends deltas that expand without end. Git checks `GIT_ALLOC_LIMIT` before each allocation.
 */
export const packBounds = {
  config: { 'pack.threads': '1', 'core.bigFileThreshold': '16m', 'core.deltaBaseCacheLimit': '64m' },
  env: { GIT_ALLOC_LIMIT: '256m' },
};

/**
 * Streams a pack into the quarantine, where Git completes it, checks every object as its fsck does, and indexes it.
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
  const args = ['index-pack', '--stdin', '--fix-thin', '--strict', `--max-input-size=${maxBytes}`];
  const env = { ...quarantine.beside, ...packBounds.env };
  const git = native.start(args, { gitdir, config: packBounds.config, env, signal });
  git.stdout.resume();
  const [code] = await allEnded([git.exited, git.writeInput(pack)]);
  if (code !== 0) throw new PushRefused(faultOf(git.errorOutput, code, maxBytes), git.errorOutput);
}

/** What Git printed, in words that may be shown: Git's own may contain paths of the host. */
function faultOf(errors: string, code: number | null, maxBytes: number): string {
  const found = /\b(tree|commit|tag|blob|object) ([0-9a-f]{40}): ([a-zA-Z]+):/.exec(errors);
  if (found) return `object ${found[2]} ${faults[found[3]!] ?? `is malformed (${found[3]})`}`;
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
