import { constants } from 'node:fs';
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listOrNone } from './durability/list-or-none.js';
import { errnoOf } from './durability/storage-error.js';
import { tempFolder } from './durability/temp-name.js';
import { missingObjects } from './missing-objects.js';
import type { NativeGit } from './native/native-git.js';

/** A repack may remove files while they are copied, and has then written others; it does not run all the time. */
const maxPasses = 10;
/** The check takes long, and what is missing in two copies is missing. */
const maxFaults = 2;
/** What is computed from objects and may refer to those that are gone; maintenance writes it again. */
const derived = /^(commit-graph|multi-pack-index)/;
/** Unfinished files of git and of ours. */
const unfinished = /(^tmp_|\.lock$|^incoming-)/;
/** The names of refs are free, but for this ending. */
const locks = /\.lock$/;

/** The result of {@link copyRepositories}. */
export interface CopiedRepositories {
  /** The ids of all repositories that were copied. */
  ids: string[];
  /** The ids of those in whose copy objects are missing, with what git says. */
  damaged: { id: string; reason: string }[];
}

/**
 * Copies the repositories of a store, while gateways and git clients write to it. Each copy has all that was written before it
 * began. Refs are copied before objects, so that whatever a ref names is there; git then checks it.
 * @param root the folder of the repositories
 * @param target an empty folder
 */
export async function copyRepositories(
  root: string,
  target: string,
  native: NativeGit,
): Promise<CopiedRepositories> {
  const copied: CopiedRepositories = { ids: [], damaged: [] };
  await mkdir(target, { recursive: true, mode: 0o700 });
  for (const entry of await listOrNone(root)) {
    const from = join(root, entry.name);
    const to = join(target, entry.name);
    // The files that name the folder and its database.
    if (entry.isFile()) await copyIfThere(from, to);
    if (!entry.isDirectory() || !entry.name.endsWith('.git')) continue;
    const id = entry.name.slice(0, -'.git'.length);
    const reason = await copyRepository(from, to, native);
    copied.ids.push(id);
    if (reason !== null) copied.damaged.push({ id, reason });
  }
  return copied;
}

/** @returns why the copy cannot be used, null when it can */
async function copyRepository(from: string, to: string, native: NativeGit): Promise<string | null> {
  // A ref that is packed meanwhile is in the list of packed refs, which is read later.
  await copyFolder(join(from, 'refs'), join(to, 'refs'), isLock);
  for (const { name } of (await listOrNone(from)).filter((entry) => entry.isFile()))
    if (!unfinished.test(name)) await copyIfThere(join(from, name), join(to, name));
  const others = ['objects', 'refs', tempFolder, 'hooks'];
  for (const { name } of (await listOrNone(from)).filter((entry) => entry.isDirectory()))
    if (!others.includes(name)) await copyFolder(join(from, name), join(to, name), isLock);
  let reason: string | null = 'its objects were packed again and again while they were copied';
  let faults = 0;
  for (let pass = 0; pass < maxPasses && reason !== null && faults < maxFaults; pass += 1) {
    if (!(await copyObjects(join(from, 'objects'), join(to, 'objects')))) continue;
    reason = await missingObjects(to, native);
    faults += 1;
  }
  return reason;
}

/**
 * Copies the object files that are not there yet. Packs come last: what is packed meanwhile is found there.
 * @returns false when a file was removed before it could be copied
 */
async function copyObjects(from: string, to: string): Promise<boolean> {
  let isWhole = true;
  await mkdir(join(to, 'pack'), { recursive: true });
  for (const { name } of await listOrNone(from))
    if (/^[0-9a-f]{2}$/.test(name))
      isWhole = (await copyFolder(join(from, name), join(to, name), isNoObject)) && isWhole;
  isWhole = (await copyFolder(join(from, 'pack'), join(to, 'pack'), isNoObject)) && isWhole;
  if (!isWhole) await removeHalfPacks(join(to, 'pack'));
  return isWhole;
}

async function removeHalfPacks(folder: string): Promise<void> {
  const names = (await listOrNone(folder)).map(({ name }) => name);
  const has = (base: string, ending: string) => names.includes(`${base}.${ending}`);
  for (const name of names) {
    const base = name.slice(0, name.lastIndexOf('.'));
    if (!has(base, 'pack') || !has(base, 'idx')) await rm(join(folder, name));
  }
}

const isLock = (name: string) => locks.test(name);
const isNoObject = (name: string) => unfinished.test(name) || derived.test(name);

/**
 * @param isLeftOut by the names of files and folders
 * @returns false when a file was removed before it could be copied
 */
async function copyFolder(from: string, to: string, isLeftOut: (name: string) => boolean): Promise<boolean> {
  let isWhole = true;
  await mkdir(to, { recursive: true });
  for (const entry of await listOrNone(from)) {
    if (isLeftOut(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    const copied = entry.isDirectory()
      ? await copyFolder(source, target, isLeftOut)
      : await copyIfThere(source, target);
    isWhole = copied && isWhole;
  }
  return isWhole;
}

/** Copies a file, unless it was copied. @returns false when it is gone */
async function copyIfThere(from: string, to: string): Promise<boolean> {
  try {
    const known = await stat(to).catch(() => null);
    // Object files never change; others are copied once.
    if (!known) await copyFile(from, to, constants.COPYFILE_FICLONE);
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return false;
  }
}
