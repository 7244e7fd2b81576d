import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import type { ProcessOptions } from '../../../../src/engines/git/native/git-process.js';
import { NativeGit } from '../../../../src/engines/git/native/native-git.js';
import { bytes, type GitFixture, gitFixture, someone } from '../git-fixture.js';
import { mergeInto } from './merge-fixture.js';

/** Where `cat-file` fails on demand. */
class FragileGit extends NativeGit {
  isBroken = false;
  override start(args: readonly string[], options?: ProcessOptions) {
    return super.start(this.isBroken && args[0] === 'cat-file' ? ['cat-file', '--broken'] : args, options);
  }
}

let at: GitFixture;
let native: FragileGit;
const by = { author: someone, committer: someone, message: 'x' };

beforeAll(async () => {
  native = new FragileGit((await findNativeGit()).version);
  at = await gitFixture({ 'a.txt': 'a\n' }, { native });
});
afterAll(() => at.remove());

/** Appends commits to a branch that change no file; each records the renames, which no file has. */
function pushEmpty(branch: string, commits: number, renames: [string, string][]): void {
  const tree = at.git('rev-parse', `${branch}^{tree}`);
  let tip = at.git('rev-parse', branch);
  for (let n = 0; n < commits; n++) {
    const header = renames.length > 0 ? `file-renames ${JSON.stringify(renames)}\n` : '';
    const who = 'Outside <outside@example.org> 1700000000 +0000';
    const text = `tree ${tree}\nparent ${tip}\nauthor ${who}\ncommitter ${who}\n${header}\n${n}\n`;
    tip = at.gitWithInput(text, 'hash-object', '-t', 'commit', '-w', '--stdin');
  }
  at.git('update-ref', `refs/heads/${branch}`, tip);
}

/** Two branches: one renamed a file, the other one replaced its text. */
async function sides(name: string): Promise<{ target: string; theirs: string }> {
  const [target, source] = [`${name}-target`, `${name}-source`];
  for (const branch of [target, source]) await at.repository.createBranch(branch, at.firstCommit);
  const { repository } = at;
  await repository.commit({
    ...{ branch: target, ...by },
    changes: [{ kind: 'move', path: 'a.txt', newPath: 'b.txt' }],
  });
  const save = { kind: 'save', path: 'a.txt', bytes: bytes('quite another text\n') } as const;
  const { commitOid } = await repository.commit({ branch: source, changes: [save], ...by });
  return { target, theirs: commitOid };
}

describe('the search for recorded renames', () => {
  const invented = Array.from({ length: 1_000 }, (_, n): [string, string] => [`old ${n}`, `new ${n}`]);

  it('goes on to a second reader of commits, and its failure is one of storage', async () => {
    const { target, theirs } = await sides('long');
    pushEmpty(target, 300, []);
    native.isBroken = true;
    try {
      await expect(mergeInto(at.repository, target, theirs)).rejects.toMatchObject({
        code: 'storage_unavailable',
      });
    } finally {
      native.isBroken = false;
    }
    expect((await mergeInto(at.repository, target, theirs)).kind).toBe('merged');
  });

  it.each([
    [4, { path: 'b.txt', reason: 'content' }],
    [5, { path: 'a.txt', reason: 'deleted' }],
  ])('counts the %i thousand that no file has', async (thousands, conflict) => {
    const { target, theirs } = await sides(`invented-${thousands}`);
    await at.repository.commit({
      ...{ branch: target, ...by },
      changes: [{ kind: 'save', path: 'b.txt', bytes: bytes('nothing of it is left\n') }],
    });
    pushEmpty(target, thousands, invented);
    const outcome = await mergeInto(at.repository, target, theirs);
    expect(outcome).toMatchObject({ kind: 'conflicts', conflicts: [conflict] });
  });
});
