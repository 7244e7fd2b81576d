import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertReadablePath, assertWritablePath, foldName } from '../../../src/engines/git/file-path.js';
import { assertBranchName, isBranchName } from '../../../src/engines/git/ref-name.js';
import { type GitFixture, gitFixture } from './git-fixture.js';
import { seededRandom } from './seeded-random.js';

let at: GitFixture;
beforeAll(async () => {
  at = await gitFixture();
});
afterAll(() => at.remove());

/** Texts put together from pieces that matter, the same at each run. */
function* texts(pieces: string[], count: number): Generator<string> {
  const random = seededRandom(42);
  for (let n = 0; n < count; n++) {
    yield Array.from({ length: 1 + random(5) }, () => pieces[random(pieces.length)]).join('');
  }
}

const accepts = (check: () => void) => {
  try {
    check();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: 'DomainError' });
    return false;
  }
};

describe('a branch name', () => {
  it('is accepted if and only if git check-ref-format accepts it', () => {
    const plain = ['a', 'b', 'x1', 'fix', 'team', '_', '+', 'é', 'main', '/'];
    const pieces = [
      '.',
      '..',
      '.lock',
      '@',
      '{',
      '@{',
      '-',
      '~',
      '^',
      ':',
      '?',
      '*',
      '[',
      '\\',
      ' ',
      '\x7f',
      'HEAD',
    ];
    const names = [...new Set(texts([...plain, ...plain, ...pieces, '\x01'], 400))];
    for (const name of names) {
      const native = spawnSync('git', ['check-ref-format', `refs/heads/${name}`]).status === 0;
      const ours = !name.startsWith('-') && name !== 'HEAD' && name !== '@';
      expect([name, isBranchName(name)]).toEqual([name, native && ours]);
    }
    expect(names.filter(isBranchName).length).toBeGreaterThan(30);
  }, 30_000);

  it.each([
    '',
    '@',
    'HEAD',
    '-x',
    'a'.repeat(201),
    'é'.repeat(101),
    'a\ud800',
    'A'.repeat(40),
    'a\0',
    '/a',
    'a//b',
  ])('is refused: %j', (name) =>
    expect(() => assertBranchName(name)).toThrow(expect.objectContaining({ code: 'invalid_ref' })),
  );
});

describe('a path', () => {
  it('that may be written is stored by git and passes its fsck', () => {
    const pieces = [
      'a',
      'B',
      '/',
      '.',
      '..',
      'git',
      '.git',
      '~1',
      ' ',
      ':',
      '\\',
      '\u200c',
      'con',
      'é',
      '.ipynb',
    ];
    const paths = [...new Set(texts([...pieces, 'modules', 'é', '\u202e', '\x07', '😀'], 600))].filter(
      (path) => accepts(() => assertWritablePath(path)),
    );
    expect(paths.length).toBeGreaterThan(80);
    const index = `${at.root}/index`;
    const env = { ...process.env, GIT_INDEX_FILE: index, GIT_DIR: at.gitdir };
    const blob = at.git('rev-parse', 'main:README.md');
    for (const path of paths) {
      const input = `100644 blob ${blob}\t${path}\0`;
      const options = ['-c', 'core.protectNTFS=true', '-c', 'core.protectHFS=true', '-c', 'core.bare=false'];
      spawnSync('git', ['read-tree', '--empty'], { env });
      const stored = spawnSync('git', [...options, 'update-index', '-z', '--index-info'], { env, input });
      expect([path, stored.status, stored.stderr.toString()]).toEqual([path, 0, '']);
      spawnSync('git', ['write-tree'], { env });
    }
    expect(at.git('fsck', '--strict', '--full')).not.toMatch(/error|warning/);
  }, 60_000);

  it.each([
    '',
    '/a',
    'a//b',
    'a/',
    '.',
    'a/./b',
    '..',
    'a/../b',
    '.git',
    'a/.GIT/b',
    'git~1',
    '.git ',
    '.git.',
    '.git. .',
    '.g\u200cit',
    '\ufeff.git',
    '.git::$INDEX_ALLOCATION',
    'a\\.git\\b',
    'a\0b',
    'a\ud800',
    'x'.repeat(256),
    'é'.repeat(128),
    'abc/'.repeat(1030),
  ])('is neither read nor written: %j', (path) => {
    const refused = expect.objectContaining({ code: 'invalid_path' });
    expect(() => assertReadablePath(path)).toThrow(refused);
    expect(() => assertWritablePath(path)).toThrow(refused);
  });

  it.each([
    'e\u0301.txt',
    'a\\b',
    'a:b',
    'a\tb',
    'a\x85',
    'a\u202eb',
    'CON',
    'con.ipynb',
    'a/NUL.txt',
    'COM1 .x',
    'lpt\u00b9',
    'a.',
    'a /b',
    '.gitmodules',
    '.GitModules',
    'gitmod~1',
    'gi7eba~1',
    '.gitattributes',
  ])('is read but not written: %j', (path) => {
    expect(() => assertReadablePath(path)).not.toThrow();
    expect(() => assertWritablePath(path)).toThrow(expect.objectContaining({ code: 'invalid_path' }));
  });

  it.each([
    'a.ipynb',
    'Ünï/😀 x.txt',
    '.gitignore',
    '.github/x',
    'console.txt',
    'a..b',
    'git',
    "it's (1) [x] &",
  ])('is written: %j', (path) => expect(() => assertWritablePath(path)).not.toThrow());

  it('is refused with a fault that names the field', () => {
    expect(() => assertWritablePath('..', ['newPath'])).toThrow(
      expect.objectContaining({ faults: [expect.objectContaining({ path: ['newPath'] })] }),
    );
  });

  it('is compared without case and in one normalization', () => {
    expect(new Set(['STRASSE', 'straße', 'Strasse'].map(foldName)).size).toBe(1);
    expect(foldName('e\u0301')).toBe(foldName('É'));
    expect(foldName('a')).not.toBe(foldName('b'));
  });
});
