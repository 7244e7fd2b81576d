import { existsSync, utimesSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as yieldOnce } from 'node:timers/promises';
import type { DurableFiles } from '../durability/durable-files.js';
import { decodeLoose, type LooseObject } from './object-codec.js';

const maxWritesInARow = 32;
const objectMode = 0o444;

/**
 * Writes loose objects, each whole. A file that exists already is kept only when it can be read and matches its name, so
 * damage that a crash left is repaired. It gets the present time, as git does, so that a prune that runs now keeps it.
 * @param touched receives the files and folders to sync before the objects are durable. Files that existed are among them:
 *   whoever wrote them may not have synced them
 * @see https://git-scm.com/docs/gitrepository-layout
 */
export async function writeLooseObjects(
  files: DurableFiles,
  objects: readonly LooseObject[],
  touched: Set<string>,
): Promise<void> {
  for (const [index, { oid, deflated }] of objects.entries()) {
    // Small files are written synchronously; other requests must run in between.
    if (index % maxWritesInARow === maxWritesInARow - 1) await yieldOnce();
    const folder = join(files.gitdir, 'objects', oid.slice(0, 2));
    const file = join(folder, oid.slice(2));
    if (existsSync(file) && (await isSound(file, oid))) touched.add(file).add(folder);
    else await files.replace(file, deflated, objectMode, touched);
  }
}

async function isSound(file: string, oid: string): Promise<boolean> {
  try {
    await decodeLoose(oid, await readFile(file));
    const now = new Date();
    utimesSync(file, now, now);
    return true;
  } catch {
    return false;
  }
}
