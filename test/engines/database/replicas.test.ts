import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Leases } from '../../../src/engines/database/leases.js';
import { ServerLeases } from '../../../src/engines/database/server-leases.js';
import { databaseUrl } from '../../support/database-server.js';
import { bytes, type GitFixture, gitFixture } from '../git/git-fixture.js';

const onServer = process.env.TEST_DB === 'postgres';

describe.runIf(onServer)('replicas on one folder of repositories, with the leases of one server', () => {
  let leases: Leases;
  let at: GitFixture;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    leases = new ServerLeases(databaseUrl('postgres'));
    at = await gitFixture({ 'README.md': '# Hello\n' }, { leases });
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await at.remove();
    await leases.close();
  });

  it('keep every acknowledged save, and adopt the work of a killed replica, and nothing else', async () => {
    const acknowledged: { path: string; commitOid: string }[] = [];
    const [killed, alive] = ['0', '1'].map((round) => {
      const program = new URL('../git/save-in-a-loop.ts', import.meta.url).pathname;
      const child = fork(program, [at.root, at.id, round, databaseUrl('postgres')], {
        execArgv: ['--import', 'tsx'],
      });
      child.on('message', (message) => acknowledged.push(message as (typeof acknowledged)[number]));
      children.push(child);
      return child;
    });
    const saves = (round: string) =>
      acknowledged.filter(({ path }) => path.startsWith(`files/${round}-`)).length;
    await expect.poll(() => Math.min(saves('0'), saves('1')), { timeout: 20_000 }).toBeGreaterThan(5);
    killed!.kill('SIGKILL');
    await once(killed!, 'close');
    await at.commit({ kind: 'create', path: 'mine.txt', bytes: bytes('mine') });
    const journals = () => readdirSync(join(at.root, 'gateway-journal'));
    expect(journals()).toHaveLength(3);
    // The server notices within moments that the connection is gone.
    await expect
      .poll(async () => {
        await at.store.reconcile();
        return journals().length;
      })
      .toBe(2);
    const before = saves('1');
    await expect.poll(() => saves('1')).toBeGreaterThan(before + 3);
    alive!.kill('SIGKILL');
    await once(alive!, 'close');
    await expect
      .poll(async () => {
        await at.store.reconcile();
        return journals().length;
      })
      .toBe(1);
    const kept = new Set(at.git('rev-list', 'main').split('\n'));
    for (const { commitOid } of acknowledged) expect(kept).toContain(commitOid);
    expect(readdirSync(join(at.gitdir, 'gateway-tmp'))).toEqual([]);
    expect(readdirSync(join(at.gitdir, 'refs/heads'))).toEqual(['main']);
    at.fsck();
  }, 60_000);
});
