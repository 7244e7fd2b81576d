import { existsSync, utimesSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DurableFiles } from '../durability/durable-files.js';
import { decodeLoose } from './object-codec.js';

const writtenInARow = 32;
const objectMode = 0o444;

/** An object as its file holds it. */
export interface LooseObject {
  oid: string;
  deflated: Uint8Array;
}

/**
 * Puts loose objects in their places, each whole. One that is there counts only when it can be read and is what it is
 * filed as, so that a crash's leavings are healed; it gets the present time, as git does, lest a prune that runs now takes
 * it for old. Adds to `touched` what must be synced before it is durable, what was there already too: whoever wrote that
 * may not have synced it.
 * @see https://git-scm.com/docs/gitrepository-layout
 */
export async function writeLooseObjects(
  files: DurableFiles,
  objects: readonly LooseObject[],
  touched: Set<string>,
): Promise<void> {
  for (const [index, { oid, deflated }] of objects.entries()) {
    // Small files are written on the event loop; others shall have their turn, too.
    if (index % writtenInARow === writtenInARow - 1) await nextTurn();
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
