import { readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DurableFiles } from './durable-files.js';
import { bootId } from './journal/boot-id.js';
import { readJournal } from './journal/read-journal.js';
import { replayJournals } from './journal/replay-journals.js';
import { clearStaleLocks } from './remotes/stale-locks.js';
import { errnoOf } from './storage-error.js';
import { journalFolder, type StoreOwner } from './store-owner.js';
import { instanceOfTempName, tempFolder } from './temp-name.js';

/** Ends the name of a journal that was taken away from its instance. */
const takenSuffix = '.taken';
const journalName = /^[0-9a-f]{16}(\.taken)?$/;

/** Tells whether an instance is gone; asked once for each. */
type IsGone = (instanceId: string) => Promise<boolean>;

/**
 * Takes up what instances that are gone left below a store's root: removes half-made repositories, temp files and locks
 * (a lock of ours is a hard link of one of our temp files, or noted by `updateRefs`; those of any other git are left
 * alone), then carries out what their journals promised.
 * @returns whether locks may be left that are too young to be judged
 */
export async function reconcileStore(owner: StoreOwner): Promise<boolean> {
  const { root } = owner;
  const isGone = askOnce(owner);
  // Before all else: an instance that is taken for dead by mistake acknowledges nothing without its journal.
  const journals = await takeJournals(join(root, journalFolder), isGone);
  for (const name of await namesOfGone(join(root, tempFolder), isGone)) {
    // A process of git that outlived ours may still be writing there.
    await rm(join(root, tempFolder, name), { recursive: true, force: true, maxRetries: 5 });
  }
  let isLeft = false;
  for (const entry of await listOrNone(root)) {
    if (!entry.isDirectory() || !entry.name.endsWith('.git')) continue;
    await clearRepository(join(root, entry.name), isGone);
    isLeft = (await clearStaleLocks(join(root, entry.name))) || isLeft;
  }
  await replayJournals(
    await Promise.all(journals.map(readJournal)),
    bootId(),
    (repository) => new DurableFiles(join(root, repository), owner),
  );
  for (const journal of journals) await rm(journal, { recursive: true, force: true });
  return isLeft;
}

/** Whether an instance that is gone left a journal, or another sign that it wrote here. */
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
  // Last, for they are what tells that the locks are ours.
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

async function listOrNone(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
}
