import { join } from 'node:path';
import { diskSyncs, syncPaths } from '../durability/syncs.js';
import type { NativeGit } from '../native/native-git.js';
import { clearLeftovers } from './clear-leftovers.js';
import { countPacks, needsMaintenance } from './object-statistics.js';
import { pruneLoose, restorePruned } from './prune-loose.js';
import { type BackgroundCommand, runInBackground } from './run-in-background.js';

/** The steps of one maintenance, in their order. */
export type MaintenanceStep = 'prune' | 'pack' | 'join_packs' | 'commit_graph';

/** Called when a step begins, with `percent` null, and with its progress. */
export type OnProgress = (step: MaintenanceStep, percent: number | null) => void;

/** Leaves one core for requests, and limits the memory for large files: 256 MiB for the window, 64 MiB for deltas. */
const config = { 'pack.threads': '1', 'pack.windowMemory': '256m', 'pack.deltaCacheSize': '64m' };
const maxPacks = 8;

/**
 * Packs a repository's loose objects, joins packs when there are many, and writes its commit graph, while saves, pushes and
 * reads go on. Only one process at a time may maintain a repository. Whenever it ends or is killed, the repository is
 * consistent: an object's old file is removed only after its new pack is on disk.
 *
 * The objects that refs reach (hidden refs too) are packed first, because Git then finds similar files by their paths.
 * Joining packs first takes loose objects in any order: the packs were twenty times as large, in ten times the time.
 * @throws NativeGitError, or the signal's reason
 * @see https://git-scm.com/docs/git-pack-objects
 * @see https://git-scm.com/docs/git-repack#Documentation/git-repack.txt---geometricltfactorgt
 * @see https://git-scm.com/docs/git-commit-graph
 */
export async function maintain(
  native: NativeGit,
  gitdir: string,
  options: { signal: AbortSignal; onProgress: OnProgress },
): Promise<void> {
  const { signal, onProgress } = options;
  const run = (args: string[], more: Partial<BackgroundCommand> = {}) => {
    signal.throwIfAborted();
    return runInBackground(native, args, { gitdir, signal, config, ...more });
  };
  const withProgress = (step: MaintenanceStep): Partial<BackgroundCommand> => ({
    onPercent: (percent) => onProgress(step, percent),
  });

  onProgress('prune', null);
  await clearLeftovers(gitdir);
  await restorePruned(gitdir);
  await pruneLoose(native, gitdir, signal);

  onProgress('pack', null);
  const packs = join(gitdir, 'objects', 'pack');
  await run([...packObjects, join(packs, 'pack')], withProgress('pack'));
  // Git syncs the files of a pack, but not their folder.
  await syncPaths([packs], diskSyncs, packs);
  await run(['prune-packed', '-q']);

  if ((await countPacks(gitdir)) > maxPacks || (await needsMaintenance(gitdir))) {
    onProgress('join_packs', null);
    await run(['repack', '--geometric=2', '-d', '-q']);
  }

  onProgress('commit_graph', null);
  await run(['commit-graph', 'write', '--reachable', '--split', '--progress'], withProgress('commit_graph'));
}

/** The command that `git repack -d -l` runs. `repack` itself prints its progress to a terminal only. */
const packObjects = [
  'pack-objects',
  '--honor-pack-keep',
  '--non-empty',
  '--all',
  '--reflog',
  '--indexed-objects',
  '--unpacked',
  '--incremental',
  '--local',
  '--delta-base-offset',
  '--progress',
];
