import { afterAll, beforeAll, expect, it } from 'vitest';
import { LocalLeases } from '../../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../../src/engines/git/git-store.js';
import { buildPack } from '../../../support/hostile-pack.js';
import { type GitFixture, gitFixture } from '../git-fixture.js';
import { type Push, push } from './push.js';

let at: GitFixture;
let store: GitStore;
let tip: string;
beforeAll(async () => {
  at = await gitFixture();
  store = new GitStore({ leases: new LocalLeases(), root: at.root, native: await findNativeGit() });
  tip = at.git('rev-parse', 'main');
});
afterAll(() => {
  at.fsck();
  at.remove();
});

/** Pushes commands without objects. @returns the refs that the report calls moved */
async function moved(commands: Push['commands'], capabilities?: string): Promise<string[]> {
  const hasPack = commands.some(([, to]) => to !== null);
  const pack = hasPack ? buildPack([]) : Buffer.alloc(0);
  const report = await push(store, at.id, { commands, pack, capabilities });
  return [...report.matchAll(/ok (refs\/\S+)/g)].map(([, ref]) => ref!);
}

const refsBelow = (folder: string) =>
  at.git('for-each-ref', '--format=%(refname)', `refs/heads/${folder}`).split('\n').filter(Boolean);

it('hundreds of branches are created, moved and deleted by one push each', async () => {
  const refs = Array.from({ length: 300 }, (_, n) => `refs/heads/many/${String(n).padStart(3, '0')}`);
  expect(await moved(refs.map((ref) => [null, tip, ref]))).toEqual(refs);
  expect(refsBelow('many')).toEqual(refs);
  expect(await moved(refs.map((ref) => [tip, null, ref]))).toEqual(refs);
  expect(refsBelow('many')).toEqual([]);
});

it.each(['report-status', 'report-status atomic'])(
  'a branch makes way for one below its name, in any order of the commands (%s)',
  async (capabilities) => {
    expect(await moved([[null, tip, 'refs/heads/way']])).toEqual(['refs/heads/way']);
    const commands: Push['commands'] = [
      [null, tip, 'refs/heads/way/below'],
      [tip, null, 'refs/heads/way'],
    ];
    expect(await moved(commands, capabilities)).toEqual(['refs/heads/way/below', 'refs/heads/way']);
    expect(refsBelow('way')).toEqual(['refs/heads/way/below']);
    await moved([[tip, null, 'refs/heads/way/below']]);
  },
);

it.each(['report-status', 'report-status atomic'])(
  'of two branches whose names exclude each other one is created, and the report is true (%s)',
  async (capabilities) => {
    const commands: Push['commands'] = [
      [null, tip, 'refs/heads/one/of-two'],
      [null, tip, 'refs/heads/one'],
    ];
    const reported = await moved(commands, capabilities);
    expect(reported).toHaveLength(1);
    expect(refsBelow('one')).toEqual(reported);
    await moved([[tip, null, reported[0]!]]);
  },
);
