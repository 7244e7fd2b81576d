import { isIn } from './is-in.js';

const engine = 'src/engines/git';

/**
 * The files of `src/engines/git` that other code imports; all its other files are its own. Whatever reads or writes a
 * repository is a method of `GitStore`, `GitRepository`, `GitService` or `RemoteMirror`, whose types come from
 * `git-store.ts`. The other entrances work without a store, so its file would only list their names again.
 */
export const gitEntrances = [
  `${engine}/git-store.ts`,
  // The program that a store is created with. Whether it is still there is asked without a store, too.
  `${engine}/find-native-git.ts`,
  // Pure rules: every layer checks refs and paths before it calls a store, computes the ids of blobs that none has yet, and
  // names the reasons for which a sync fails.
  `${engine}/check-ref.ts`,
  `${engine}/file-path.ts`,
  `${engine}/object-id.ts`,
  `${engine}/remote-fault.ts`,
  // A backup and a restore work on folders that no store is opened on.
  `${engine}/missing-objects.ts`,
  `${engine}/sync-folder.ts`,
];

/** A sentence when a file outside of the engine of Git imports one that is no entrance. */
export function entranceFault(path: string, imported: string): string | undefined {
  if (!isIn(imported, engine) || isIn(path, engine) || gitEntrances.includes(imported)) return undefined;
  return `${path}: ${imported} is no entrance of ${engine}; use what ${gitEntrances[0]} has, or add a method or type there.`;
}
