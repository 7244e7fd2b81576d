import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setUpPlantedTree } from './planted-tree.js';

const tree = setUpPlantedTree(['src', 'schema', 'rest', 'prisma', 'web', 'test/house']);
const { newFaults } = tree;

describe('import cycles', () => {
  /** The planted files in which Biome finds an import cycle. */
  function inCycles(files: Record<string, string>): string[] {
    return tree.planted(files, () => {
      const biome = resolve('node_modules/.bin/biome');
      const options = ['--only=noImportCycles', '--colors=off', '--max-diagnostics=none'];
      const { stdout, stderr } = spawnSync(biome, ['lint', ...options, 'src/files'], {
        cwd: tree.root,
        encoding: 'utf8',
      });
      const found = [...(stdout + stderr).matchAll(/^(\S+?):\d+:\d+ lint\/suspicious\/noImportCycles/gm)];
      return [...new Set(found.map(([, path]) => path!))].filter((path) => path in files).sort();
    });
  }
  const [one, two] = ['src/files/planted-one.ts', 'src/files/planted-two.ts'];

  it('are found between values', () => {
    const files = {
      [one]: "import { two } from './planted-two.js';\nexport const one = () => two;\n",
      [two]: "import { one } from './planted-one.js';\nexport const two = () => one;\n",
    };
    expect(inCycles(files)).toEqual([one, two]);
  });

  it('are found between types', () => {
    const files = {
      [one]: "import type { Two } from './planted-two.js';\nexport interface One { two: Two }\n",
      [two]: "import type { One } from './planted-one.js';\nexport interface Two { one: One | null }\n",
    };
    expect(inCycles(files)).toEqual([one, two]);
  });

  it.each([
    ['src/files/planted.ts', "import { a } from './planted.js';\n"],
    ['src/files/planted.ts', "import type { A } from '../files/planted.js';\n"],
    ['src/files/planted.mts', "export * from './planted.mjs';\n"],
    ['web/src/planted.tsx', "import './planted.js';\n"],
  ])('a file that imports itself is one: %s, %s', (path, text) => {
    expect(newFaults({ [path]: text })).toEqual([`${path}: it imports itself.`]);
  });

  it('are found in a folder that has the name of generated ones', () => {
    const file = 'src/files/generated/planted.ts';
    const files = {
      [file]: "import { two } from '../planted-two.js';\nexport const one = () => two;\n",
      [two]: "import { one } from './generated/planted.js';\nexport const two = () => one;\n",
    };
    expect(inCycles(files)).toEqual([file, two]);
  });

  it('are not found where there is none', () => {
    const files = {
      [one]: "import type { Two } from './planted-two.js';\nexport interface One { two: Two }\n",
      [two]: 'export interface Two { one: null }\n',
    };
    expect(inCycles(files)).toEqual([]);
  });
});
