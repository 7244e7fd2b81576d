import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeHeader,
  encodeHeader,
  headerBytes,
} from '../../../../src/engines/git/durability/journal/segment-header.js';
import { diskSyncs, type Syncs } from '../../../../src/engines/git/durability/syncs.js';

/** Syncs of which the checkpoint's can be held up, so that what was saved stays in the journal alone. */
export function heldSyncs(): Syncs & { hold(): void; release(): void } {
  let gate = Promise.resolve();
  let release = () => {};
  return {
    data: diskSyncs.data,
    all: async (fd) => {
      await gate;
      return diskSyncs.all(fd);
    },
    fileSystem: async (folder) => {
      await gate;
      return diskSyncs.fileSystem(folder);
    },
    hold() {
      gate = new Promise((resolve) => {
        release = resolve;
      });
    },
    release: () => release(),
  };
}

/** The files of the only journal below a store's root. */
export function journalSegments(root: string): string[] {
  const [instance] = readdirSync(join(root, 'gateway-journal'));
  const folder = join(root, 'gateway-journal', instance!);
  return readdirSync(folder).map((name) => join(folder, name));
}

/** A copy of a store's folder as another boot finds it; what did not reach the disk is for the test to take away. */
export function crashedDisk(root: string): { root: string; remove(): void } {
  const copy = `${root}-crashed`;
  execFileSync('cp', ['-a', root, copy]);
  for (const segment of journalSegments(copy)) {
    const bytes = readFileSync(segment);
    const { done } = decodeHeader(bytes.subarray(0, headerBytes));
    encodeHeader({ boot: 'another boot', done }).copy(bytes);
    writeFileSync(segment, bytes);
  }
  return { root: copy, remove: () => rmSync(copy, { recursive: true, force: true }) };
}
