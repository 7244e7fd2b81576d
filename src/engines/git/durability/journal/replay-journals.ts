import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeLooseObjects } from '../../objects/loose-objects.js';
import { RefStore } from '../../refs/ref-store.js';
import type { DurableFiles } from '../durable-files.js';
import { errnoOf } from '../storage-error.js';
import { distrust } from '../syncs.js';
import type { MoveRecord } from './journal-record.js';
import type { JournalContents } from './read-journal.js';

/**
 * Carries out the records of instances that have ended, and makes the result durable.
 *
 * Objects that are missing or damaged are written again. A ref whose file is damaged gets the value of the last record. In
 * the boot in which a journal was written, all acknowledged changes are in their files, at least in the operating system's
 * memory. After a power failure, or on another machine, a ref that still has its value from before a record is moved, too. A
 * ref with any other value was moved by somebody else since, and stays.
 * @param filesOf the files of a repository, by the name of its folder
 * @returns the repositories whose replay failed, with the error
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
  if (!(await exists(files.gitdir))) return;
  const touched = new Set<string>();
  for (const move of moves) {
    await writeLooseObjects(files, move.objects, touched);
    // Files that exist already, too: an interrupted replay may have written them.
    for (const path of pathsOf(files.gitdir, move)) touched.add(path);
  }
  await moveRefs(files, moves, { lost, touched });
  // A sync of their writer may have failed before it ended.
  if (files.owner.syncs) distrust(touched);
  await files.sync(touched);
}

/** A repository that does not exist was removed on purpose. Any other error must not look like that. */
async function exists(gitdir: string): Promise<boolean> {
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

/** The files that a record changes, and the folders above them, because those may be new. */
function* pathsOf(gitdir: string, move: MoveRecord): Generator<string> {
  const objects = move.objects.map(({ oid }) => `objects/${oid.slice(0, 2)}/${oid.slice(2)}`);
  for (const file of [...objects, move.ref, 'packed-refs']) {
    for (let path = file; path !== '.'; path = dirname(path)) yield join(gitdir, path);
  }
  yield gitdir;
}
