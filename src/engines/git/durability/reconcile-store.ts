import { rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { clearStaleLocks } from '../remotes/stale-locks.js';
import { DurableFiles } from './durable-files.js';
import { readApplied, writeApplied } from './journal/applied-repositories.js';
import { bootId } from './journal/boot-id.js';
import { readJournal } from './journal/read-journal.js';
import { replayJournals } from './journal/replay-journals.js';
import { listOrNone } from './list-or-none.js';
import { journalFolder, type StoreOwner } from './store-owner.js';
import type { Syncs } from './syncs.js';
import { instanceOfTempName, tempFolder } from './temp-name.js';

/** Ends the name of a journal that was taken from an instance that has ended. */
const takenSuffix = '.taken';
const journalName = /^[0-9a-f]{16}(\.taken)?$/;

/** What remains after {@link reconcileStore}. */
export interface Reconciled {
  /** The repositories that could not be recovered, by the name of their folder, with the error: they must not be used. */
  failed: ReadonlyMap<string, unknown>;
  /** Whether locks remain that are too young to be judged. */
  hasYoungLocks: boolean;
}

/** Whether an instance has ended; looked up once for each. */
type IsGone = (instanceId: string) => Promise<boolean>;

/**
 * Cleans up after instances that have ended: removes their unfinished repositories, temp files and locks, then replays their
 * journals. A lock is ours when it is a hard link of one of our temp files, or was recorded by `updateRefs`; the locks of any
 * other git stay.
 *
 * A journal is kept as long as a repository in it could not be recovered, together with a list of those that were. A journal
 * that cannot be read fails the whole operation, because nobody knows which repositories are in it.
 */
export async function reconcileStore(owner: StoreOwner): Promise<Reconciled> {
  const { root } = owner;
  const isGone = askOnce(owner);
  // First: an instance that still runs, against our belief, can acknowledge nothing without its journal.
  const journals = await takeJournals(join(root, journalFolder), isGone);
  const failed = new Map<string, unknown>();
  for (const name of await namesOfGone(join(root, tempFolder), isGone)) {
    // A git process that outlived our process may still be writing there.
    await rm(join(root, tempFolder, name), { recursive: true, force: true, maxRetries: 5 }).catch((error) =>
      failed.set(join(tempFolder, name), error),
    );
  }
  let hasYoungLocks = false;
  for (const entry of await listOrNone(root)) {
    if (!entry.isDirectory() || !entry.name.endsWith('.git')) continue;
    try {
      await clearRepository(join(root, entry.name), isGone);
      hasYoungLocks = (await clearStaleLocks(join(root, entry.name))) || hasYoungLocks;
    } catch (error) {
      failed.set(entry.name, error);
    }
  }
  const contents = await Promise.all(journals.map(readJournal));
  const filesOf = (repository: string) => new DurableFiles(join(root, repository), owner);
  for (const [name, error] of await replayJournals(contents, bootId(), filesOf)) failed.set(name, error);
  for (const [index, journal] of journals.entries()) {
    const repositories = new Set(contents[index]!.moves.map(({ repository }) => repository));
    await dropApplied(journal, repositories, { failed, syncs: owner.syncs }).catch((error) => {
      // It will be replayed again, so nobody may write to these repositories before that.
      for (const name of repositories) failed.set(name, error);
    });
  }
  return { failed, hasYoungLocks };
}

/** Removes a journal, or records which of its repositories were replayed. */
async function dropApplied(
  journal: string,
  repositories: ReadonlySet<string>,
  { failed, syncs }: { failed: ReadonlyMap<string, unknown>; syncs: Syncs | null },
): Promise<void> {
  const done = [...repositories].filter((name) => !failed.has(name));
  if (done.length === repositories.size) await rm(journal, { recursive: true, force: true });
  else if (done.length > 0) await writeApplied(journal, [...(await readApplied(journal)), ...done], syncs);
}

/** Whether an instance that has ended left a journal. */
export async function hasGoneInstances(owner: StoreOwner): Promise<boolean> {
  const isGone = askOnce(owner);
  for (const name of await journalsBelow(join(owner.root, journalFolder))) {
    if (name.endsWith(takenSuffix) || (await isGone(name))) return true;
  }
  return false;
}

function askOnce(owner: StoreOwner): IsGone {
  const known = new Map<string, boolean>();
  return async (instanceId) => {
    const gone = known.get(instanceId) ?? !(await owner.isAlive(instanceId));
    known.set(instanceId, gone);
    return gone;
  };
}

async function takeJournals(folder: string, isGone: IsGone): Promise<string[]> {
  const taken: string[] = [];
  for (const name of await journalsBelow(folder)) {
    const path = join(folder, name);
    if (name.endsWith(takenSuffix)) taken.push(path);
    else if (await isGone(name)) {
      await rename(path, path + takenSuffix);
      taken.push(path + takenSuffix);
    }
  }
  return taken;
}

async function journalsBelow(folder: string): Promise<string[]> {
  return (await listOrNone(folder)).map(({ name }) => name).filter((name) => journalName.test(name));
}

async function clearRepository(gitdir: string, isGone: IsGone): Promise<void> {
  const folder = join(gitdir, tempFolder);
  const names = await namesOfGone(folder, isGone);
  if (names.length === 0) return;
  const inodes = new Set<bigint>();
  for (const name of names) {
    const found = await stat(join(folder, name), { bigint: true });
    if (found.nlink > 1n) inodes.add(found.ino);
  }
  if (inodes.size > 0) {
    for (const name of ['HEAD.lock', 'packed-refs.lock']) await removeLock(join(gitdir, name), inodes);
    await removeLocks(join(gitdir, 'refs'), inodes);
  }
  // Last: they are the proof that the locks are ours.
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
}

async function removeLocks(folder: string, inodes: Set<bigint>): Promise<void> {
  for (const entry of await listOrNone(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeLocks(path, inodes);
    else if (entry.name.endsWith('.lock')) await removeLock(path, inodes);
  }
}

async function removeLock(path: string, inodes: Set<bigint>): Promise<void> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (found && inodes.has(found.ino)) await unlink(path);
}

async function namesOfGone(folder: string, isGone: IsGone): Promise<string[]> {
  const names: string[] = [];
  for (const { name } of await listOrNone(folder)) {
    const instanceId = instanceOfTempName(name);
    if (instanceId !== null && (await isGone(instanceId))) names.push(name);
  }
  return names;
}
