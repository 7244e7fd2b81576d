import { afterEach, beforeEach, expect, it } from 'vitest';
import { bytes, type GitFixture, gitFixture } from '../git-fixture.js';

let here: GitFixture;
beforeEach(async () => {
  here = await gitFixture();
});
afterEach(() => here.remove());

const tip = () => here.repository.resolveBranch('main');

it('moves a branch only from its current tip, and only to a commit that exists', async () => {
  const { commitOid } = await here.commit({ kind: 'create', path: 'a.md', bytes: bytes('a') });
  const { repository, firstCommit } = here;
  expect(await repository.moveBranch('main', firstCommit, firstCommit)).toBe(false);
  expect(await tip()).toBe(commitOid);
  expect(await repository.moveBranch('main', commitOid, firstCommit)).toBe(true);
  expect(await tip()).toBe(firstCommit);
  await expect(repository.moveBranch('main', firstCommit, 'f'.repeat(40))).rejects.toThrow('not found');
  await expect(repository.moveBranch('a..b', firstCommit, firstCommit)).rejects.toThrow('not a valid');
  expect(await repository.moveBranch('none', firstCommit, firstCommit)).toBe(false);
  here.fsck();
});

it('loses no save while it moves a branch', async () => {
  const saves: { commitOid: string }[] = [];
  let moved = 0;
  for (let i = 0; i < 20; i++) {
    const from = await tip();
    const there = here.git(
      'commit-tree',
      here.git('rev-parse', `${from}^{tree}`),
      '-p',
      from,
      '-m',
      'outside',
    );
    const save = (name: string) =>
      here.commit({ kind: 'create', path: `${i}-${name}.md`, bytes: bytes(name) });
    const move = () => here.repository.moveBranch('main', from, there);
    const alone = i % 4 === 0;
    const [hasMoved, ...made] = await Promise.all([move(), ...(alone ? [] : [save('a'), save('b')])]);
    if (alone) expect(hasMoved).toBe(true);
    if (hasMoved) moved++;
    saves.push(...made);
  }
  for (const { commitOid } of saves) {
    expect(here.git('merge-base', '--is-ancestor', commitOid, await tip())).toBe('');
  }
  expect(here.git('rev-list', '--count', await tip())).toBe(String(1 + saves.length + moved));
});

it('deletes a branch only at its current tip', async () => {
  const { repository, firstCommit } = here;
  await repository.createBranch('old', firstCommit);
  expect(await repository.deleteBranch('old', 'f'.repeat(40))).toBe(false);
  expect(await repository.resolveBranch('old')).toBe(firstCommit);
  expect(await repository.deleteBranch('old', firstCommit)).toBe(true);
  await expect(repository.resolveBranch('old')).rejects.toThrow('not found');
});
