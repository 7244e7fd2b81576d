import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const levels = 20;
const name = 'd'.repeat(250);

/**
 * Makes a tree in a folder whose paths are too long for the system. It is made from the end, so that no path is long
 * meanwhile; a program can also make it by going from folder to folder.
 */
export function makeDeepTree(folder: string): void {
  let last: string | undefined;
  for (let level = 0; level < levels; level += 1) {
    const next = join(folder, `level-${level}`);
    mkdirSync(next);
    writeFileSync(join(next, 'file'), '');
    if (last !== undefined) renameSync(last, join(next, name));
    last = next;
  }
  renameSync(last!, join(folder, name));
}
