import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { updateRefs } from '../../../../src/engines/git/remotes/update-refs.js';
import { type GitFixture, gitFixture } from '../git-fixture.js';

let at: GitFixture;
beforeEach(async () => {
  at = await gitFixture();
});
afterEach(() => at.remove());

const temporary = () =>
  readdirSync(join(at.gitdir, 'gateway-tmp')).map((name) => join(at.gitdir, 'gateway-tmp', name));
const locks = () =>
  readdirSync(join(at.gitdir, 'refs/heads'))
    .filter((name) => name.endsWith('.lock'))
    .map((name) => join(at.gitdir, 'refs/heads', name));
const age = (files: string[], seconds: number) => {
  const then = Date.now() / 1000 - seconds;
  for (const file of files) utimesSync(file, then, then);
};

/** Kills git while it holds locks, and the process that had started it. */
async function killWhileLocked(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  await expect.poll(() => locks().length, { timeout: 60_000, interval: 1 }).toBeGreaterThan(0);
  child.kill('SIGSTOP');
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim().split(' ');
  for (const pid of children.filter(Boolean)) {
    try {
      execFileSync('kill', ['-KILL', pid], { stdio: 'ignore' });
    } catch {
      // It had ended already.
    }
  }
  child.kill('SIGKILL');
  await closed;
}

it('removes the locks of a killed update after a delay, and no lock of another git', async () => {
  const program = new URL('./make-refs.ts', import.meta.url).pathname;
  for (let tries = 0; ; tries++) {
    const child = fork(program, [at.gitdir, at.firstCommit], { execArgv: ['--import', 'tsx'] });
    await killWhileLocked(child);
    if (locks().length > 0 && temporary().length > 0) break;
    // It was killed just before the note was removed.
    expect(tries).toBeLessThan(20);
    for (const file of [...locks(), ...temporary()]) rmSync(file);
    for (const name of readdirSync(join(at.gitdir, 'refs/heads')))
      if (name.startsWith('made-')) rmSync(join(at.gitdir, 'refs/heads', name));
  }
  const ours = locks();
  const packed = join(at.gitdir, 'packed-refs.lock');
  writeFileSync(packed, '');
  await at.store.reconcile();
  expect(locks()).toEqual(ours);

  age([...temporary(), ...ours, packed], 150);
  // One lock that no note lists, and one that is younger than its note.
  const foreign = join(at.gitdir, 'refs/heads/main.lock');
  writeFileSync(foreign, '');
  age([foreign], 3_600);
  const young = ours[0]!;
  rmSync(young);
  writeFileSync(young, '');
  await at.store.reconcile();
  expect(locks().sort()).toEqual([foreign, young].sort());
  expect(existsSync(packed)).toBe(false);
  expect(temporary()).toEqual([]);
}, 120_000);

it('an update of refs leaves neither a record nor a lock, also when it is refused', async () => {
  const native = (await findNativeGit())!;
  await updateRefs(native, at.gitdir, [`create refs/heads/new ${at.firstCommit}`]);
  expect(at.git('rev-parse', 'new')).toBe(at.firstCommit);
  await expect(updateRefs(native, at.gitdir, [`create refs/heads/new ${at.firstCommit}`])).rejects.toThrow();
  expect(temporary()).toEqual([]);
  expect(locks()).toEqual([]);
});
