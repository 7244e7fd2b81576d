import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalLeases } from '../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../src/engines/git/find-native-git.js';
import { GitStore } from '../../src/engines/git/git-store.js';
import { seededRandom } from '../engines/git/seeded-random.js';
import { contentOf } from './content.js';
import { createLedger, type Ledger } from './ledger.js';
import { repackNow } from './repacks.js';
import { verifyRepository } from './verify-git.js';

/** What came of {@link killStoreWriters}. */
export interface StoreKills {
  kills: number;
  saves: number;
  repacks: number;
  faults: string[];
}

interface Saved {
  branch: string;
  path: string;
  tag: string;
  commitOid: string;
}

const lanes = 2;
const branches = ['main', 'one', 'two'];
const who = { name: 'Writer', email: 'writer@example.org' };
const repackEvery = 7;
const firstSaveMs = 30_000;

/**
 * Kills processes that do nothing but save, at moments spread over the time that one save takes; a repack of native git
 * runs in some rounds. In the end all that was acknowledged is looked for with native git.
 */
export async function killStoreWriters(options: {
  seed: number;
  kills: number;
  until: number;
}): Promise<StoreKills> {
  const total: StoreKills = { kills: 0, saves: 0, repacks: 0, faults: [] };
  const lane = (index: number) => killInLane({ ...options, lane: index }, total);
  await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
  return total;
}

async function killInLane(
  options: { seed: number; kills: number; until: number; lane: number },
  total: StoreKills,
): Promise<void> {
  const random = seededRandom(options.seed + options.lane);
  const root = await mkdtemp(join(tmpdir(), 'crash-store-'));
  const id = randomUUID();
  const gitdir = join(root, `${id}.git`);
  const ledger = createLedger();
  try {
    const store = new GitStore({ leases: new LocalLeases(), native: await findNativeGit(), root });
    const { commitOid } = await store.createRepository(id, {
      defaultBranch: 'main',
      author: who,
      committer: who,
      message: 'Start',
      files: [],
    });
    const repository = await store.repository(id);
    for (const name of branches.slice(1)) await repository.createBranch(name, commitOid);
    await store.close();
    for (let round = 0; total.kills < options.kills && Date.now() < options.until; round++) {
      total.kills += 1;
      const repack = round % repackEvery === 0 ? repackNow(gitdir, random(8)) : undefined;
      const args = [root, id, `${options.lane}.${round}`, String(options.seed + round * 100)];
      await killOnce(args, random, (save) => record(ledger, id, save));
      if (await repack) total.repacks += 1;
    }
    const last = new GitStore({ leases: new LocalLeases(), native: await findNativeGit(), root });
    await last.reconcile();
    await last.close();
    total.saves += ledger.saves.length;
    total.faults.push(...(await verifyRepository({ gitdir, id, ledger })));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function killOnce(
  args: string[],
  random: (below: number) => number,
  onSave: (save: Saved) => void,
): Promise<void> {
  const program = new URL('./store-writer.ts', import.meta.url).pathname;
  const child = fork(program, args, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const closed = once(child, 'close');
  child.on('message', (message) => onSave(message as Saved));
  const first = once(child, 'message', { signal: AbortSignal.timeout(firstSaveMs) });
  const end = await Promise.race([first.then(() => 'saves' as const), closed.then(() => 'ended' as const)]);
  if (end === 'ended') throw new Error('a process that saves ended by itself after a kill');
  await sleep(random(60));
  child.kill('SIGKILL');
  await closed;
}

function record(ledger: Ledger, repositoryId: string, { branch, path, tag, commitOid }: Saved): void {
  const files = [{ path, oid: contentOf(path, tag).oid, tag }];
  ledger.saves.push({ repositoryId, branch, tag, commitOid, files, bases: [] });
}
