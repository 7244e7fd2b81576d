import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeLooseObjects } from '../../objects/loose-objects.js';
import { RefStore } from '../../refs/ref-store.js';
import type { DurableFiles } from '../durable-files.js';
import { errnoOf } from '../storage-error.js';
import { doubt } from '../syncs.js';
import type { MoveRecord } from './journal-record.js';
import type { JournalContents } from './read-journal.js';

/**
 * Carries out what the journals of instances that are gone promised, and makes it durable.
 *
 * Objects that are missing or damaged are written again, and a ref whose file is damaged is moved to where the last move
 * led. In the boot in which it was written, all that was acknowledged is in its place, be it in the operating system's memory
 * only. After a power failure, or on another machine, a ref that still names what it did before a recorded move is moved,
 * too. A ref that is elsewhere was moved by somebody else since, and is left alone.
 * @param filesOf the files of a repository, by the name of its folder
 * @returns the repositories for which that failed, and why; it was done for all others
 */
export async function replayJournals(
  journals: readonly JournalContents[],
  boot: string | null,
  filesOf: (repository: string) => DurableFiles,
): Promise<Map<string, unknown>> {
  const failed = new Map<string, unknown>();
  const lost = new Set<MoveRecord>();
  const repositories = new Map<string, MoveRecord[]>();
  for (const journal of journals) {
    for (const move of journal.moves) {
      if (boot === null || journal.boot !== boot) lost.add(move);
      repositories.set(move.repository, [...(repositories.get(move.repository) ?? []), move]);
    }
  }
  for (const [repository, moves] of repositories) {
    try {
      await replayMoves(filesOf(repository), moves, lost);
    } catch (error) {
      failed.set(repository, error);
    }
  }
  return failed;
}

async function replayMoves(
  files: DurableFiles,
  moves: readonly MoveRecord[],
  lost: ReadonlySet<MoveRecord>,
): Promise<void> {
  if (!(await isThere(files.gitdir))) return;
  const touched = new Set<string>();
  for (const move of moves) {
    await writeLooseObjects(files, move.objects, touched);
    // What is in its place already, too: a replay that was cut off may have put it there.
    for (const path of placesOf(files.gitdir, move)) touched.add(path);
  }
  await moveRefs(files, moves, { lost, touched });
  // Its writer may have flushed it in vain before it ended.
  if (files.owner.syncs) doubt(touched);
  await files.sync(touched);
}

/** A repository that is gone was removed on purpose; one that cannot be looked at is not gone. */
async function isThere(gitdir: string): Promise<boolean> {
  try {
    await stat(join(gitdir, 'objects'));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function moveRefs(
  files: DurableFiles,
  moves: readonly MoveRecord[],
  how: { lost: ReadonlySet<MoveRecord>; touched: Set<string> },
): Promise<void> {
  const refs = new RefStore(files);
  for (const ref of new Set(moves.map((move) => move.ref))) {
    const ofRef = moves.filter((move) => move.ref === ref).sort((a, b) => a.at - b.at);
    await refs.recover(ref, ofRef, how);
  }
}

/** What a move changes, as far as it was carried out: files, and the folders above them, for those may be new. */
function* placesOf(gitdir: string, move: MoveRecord): Generator<string> {
  const objects = move.objects.map(({ oid }) => `objects/${oid.slice(0, 2)}/${oid.slice(2)}`);
  for (const file of [...objects, move.ref, 'packed-refs']) {
    for (let place = file; place !== '.'; place = dirname(place)) yield join(gitdir, place);
  }
  yield gitdir;
}
