import { setTimeout as sleep } from 'node:timers/promises';
import { git } from './git.js';
import { CutOff, graphql, type KilledServer } from './killed-server.js';
import { count, type Ledger } from './ledger.js';
import type { Remote } from './pushing-client.js';
import type { ClientParts } from './saving-client.js';

/** What is done to a repository from outside while it is in use; none of it takes what is younger than two weeks. */
const maintenance = [
  ['repack', '-d', '-q', '--geometric=2'],
  ['repack', '-d', '-q', '--geometric=2', '--write-midx'],
  ['repack', '-A', '-d', '-q', '--unpack-unreachable=2.weeks.ago'],
  ['gc', '-q', '--prune=2.weeks.ago'],
  ['pack-refs', '--all'],
  ['commit-graph', 'write', '--reachable'],
  ['prune-packed', '-q'],
  ['repack', '-d', '-q'],
] as const;

/**
 * Runs one kind of maintenance with native git.
 * @param kind any whole number from 0
 * @returns false when git gave up, as it does when a branch moves under it
 */
export function repackNow(gitdir: string, kind: number): Promise<boolean> {
  const args = maintenance[kind % maintenance.length]!;
  return git(gitdir, ['-c', 'gc.auto=0', '-c', 'pack.threads=1', ...args]).then(
    () => true,
    () => false,
  );
}

/** Maintains these repositories until the gate ends: with native git, and by asking the gateway for it. */
export async function runRepacks(
  { server, ledger, gate, random }: ClientParts,
  remotes: Remote[],
): Promise<void> {
  const step = async () => {
    const { gitdir, repositoryId } = remotes[random(remotes.length)]!;
    if (random(2) === 0 && server.url()) return askGateway(server, ledger, repositoryId);
    const done = await repackNow(gitdir, random(maintenance.length));
    count(ledger, done ? 'repacks' : 'repacks given up');
  };
  while (await gate.pass(step)) await sleep(1000 + random(2000));
}

async function askGateway(server: KilledServer, ledger: Ledger, id: string): Promise<void> {
  try {
    const query = 'mutation ($id: ID!) { maintainRepository(spaceSlug: "demo", repositoryId: $id) { id } }';
    await graphql(server, query, { id });
    count(ledger, 'maintenance queued');
  } catch (error) {
    if (!(error instanceof CutOff)) throw error;
  }
}
