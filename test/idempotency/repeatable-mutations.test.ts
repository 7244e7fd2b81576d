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

/** The type errors of the copy without a line of one of its files. */
function typeErrors(file?: string, line?: string): string {
  const path = file && join(root, file);
  const text = path && readFileSync(path, 'utf8');
  if (path && text) {
    expect(text.split(line!)).toHaveLength(2);
    writeFileSync(path, text.replace(line!, ''));
  }
  try {
    const tsc = resolve('node_modules/.bin/tsc');
    return spawnSync(tsc, ['--noEmit', '--pretty', 'false'], { cwd: root, encoding: 'utf8' }).stdout;
  } finally {
    if (path && text) writeFileSync(path, text);
  }
}

it('the sources compile as they are', () => expect(typeErrors()).toBe(''), 120_000);

it('a repeated mutation without an authorization is a type error', () => {
  const errors = typeErrors(
    'src/idempotency/authorize-repeat.ts',
    '  archiveWorkspace: authorizeArchiveWorkspace,\n',
  );
  expect(errors).toMatch(/^src\/app\/.*error TS2322/m);
  expect(errors).toContain('"archiveWorkspace"');
}, 120_000);

it('a POST that does not name what it repeats is a type error', () => {
  const errors = typeErrors('rest/routes/workspaces.ts', "    repeats: 'archiveWorkspace',\n");
  expect(errors).toMatch(/^rest\/routes\/workspaces\.ts.*error TS/m);
}, 120_000);
