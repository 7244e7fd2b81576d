import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { houseFaults } from './house-faults.js';
import { readSourceFiles } from './source-files.js';
import { readGraphqlFiles } from './worded-files.js';

/** A copy of the repository, in which violations are planted: the live tree stays as it is. */
export interface PlantedTree {
  /** The folder of the copy; it exists while tests run. */
  readonly root: string;
  /** Writes files into the copy for as long as `check` runs. */
  planted<T>(files: Record<string, string>, check: () => T): T;
  /** The faults of the planted files. */
  newFaults(files: Record<string, string>): string[];
}

/**
 * Makes a copy for the tests of a file, and removes it after them.
 * @param copied the folders and files that it has beside the settings, e.g. `src`; default none, for rules that look at the
 *   planted files only
 */
export function setUpPlantedTree(copied: string[] = []): PlantedTree {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'house-'));
    for (const name of [...copied, 'biome.json', '.gitignore', 'package.json', 'tsconfig.json'])
      cpSync(name, join(root, name), { recursive: true });
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
    execFileSync('git', ['init', '--quiet'], { cwd: root });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function planted<T>(files: Record<string, string>, check: () => T): T {
    try {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      return check();
    } finally {
      for (const path of Object.keys(files)) rmSync(join(root, path), { force: true });
    }
  }

  return {
    get root() {
      return root;
    },
    planted,
    newFaults(files) {
      const paths = Object.keys(files);
      return planted(files, () => houseFaults(readSourceFiles(root, paths), readGraphqlFiles(root, paths)));
    },
  };
}
