import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** A copy of the sources, in which a line is taken away: the live tree stays as it is. */
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'repeatable-'));
  for (const name of ['src', 'schema', 'rest', 'prisma', 'tsconfig.json', 'package.json'])
    cpSync(name, join(root, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function withoutLine(file: string, line: string): void {
  const path = join(root, file);
  const text = readFileSync(path, 'utf8');
  expect(text.split(line)).toHaveLength(2);
  writeFileSync(path, text.replace(line, ''));
}

/** One compilation finds both: it takes ten seconds of a processor. Without a fault the build compiles the same sources. */
it('an operation without the authorization of its repeats and a POST that does not name what it repeats are type errors', () => {
  withoutLine('src/idempotency/authorize-repeat.ts', '  archiveWorkspace: authorizeArchiveWorkspace,\n');
  withoutLine('rest/routes/workspaces.ts', "    repeats: 'archiveWorkspace',\n");
  const tsc = resolve('node_modules/.bin/tsc');
  const errors = spawnSync(tsc, ['--noEmit', '--pretty', 'false'], { cwd: root, encoding: 'utf8' }).stdout;
  expect(errors).toMatch(/^src\/app\/.*error TS2322/m);
  expect(errors).toContain('"archiveWorkspace"');
  expect(errors).toMatch(/^rest\/routes\/workspaces\.ts.*error TS/m);
  const files = errors.match(/^[^\s(]+(?=\()/gm);
  expect(new Set(files?.map((file) => file.split('/', 2).join('/')))).toEqual(
    new Set(['src/app', 'rest/routes']),
  );
}, 120_000);
