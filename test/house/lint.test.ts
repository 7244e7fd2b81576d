import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { setUpPlantedTree } from './planted-tree.js';

const tree = setUpPlantedTree(['src/error-status.ts', 'test/house']);

describe('npm run lint', () => {
  const clean = { 'src/files/planted.ts': '' };
  const forBiome = { 'src/files/planted.ts': 'const unused = 1;\n' };
  const forHouse = { 'src/files/planted-too.ts': '// It tells the reader.\n' };
  // One file of the tree suffices to run the script, which reads all of the tree.
  beforeAll(() => {
    for (const name of ['src/files', 'schema', 'rest', 'prisma', 'web'])
      mkdirSync(join(tree.root, name), { recursive: true });
  });
  /** What the script of `package.json` reports of these files, and its exit code. */
  const lint = (files: Record<string, string>) =>
    tree.planted(files, () => {
      const { scripts } = JSON.parse(readFileSync(join(tree.root, 'package.json'), 'utf8'));
      const { status, stdout, stderr } = spawnSync('sh', ['-c', scripts.lint], {
        cwd: tree.root,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${resolve('node_modules/.bin')}:${process.env.PATH}` },
      });
      const output = stdout + stderr;
      const names = ['noUnusedVariables', 'the words "tells"'].filter((name) => output.includes(name));
      return { status, names };
    });

  it('fails if Biome or the house check fails, and has the reports of both', () => {
    expect(lint(clean)).toEqual({ status: 0, names: [] });
    expect(lint(forBiome)).toEqual({ status: 1, names: ['noUnusedVariables'] });
    expect(lint(forHouse)).toEqual({ status: 1, names: ['the words "tells"'] });
    const both = { status: 1, names: ['noUnusedVariables', 'the words "tells"'] };
    expect(lint({ ...forBiome, ...forHouse })).toEqual(both);
  }, 120_000);
});
