import { setTimeout as sleep } from 'node:timers/promises';
import type { Gate } from './gate.js';
import { git } from './git.js';
import { count, type Ledger } from './ledger.js';

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

/** Runs one kind of maintenance after the other on these repositories until the gate ends. */
export async function runRepacks(
  parts: { ledger: Ledger; gate: Gate; random: (below: number) => number },
  gitdirs: string[],
): Promise<void> {
  const { ledger, gate, random } = parts;
  const step = async () => {
    const done = await repackNow(gitdirs[random(gitdirs.length)]!, random(maintenance.length));
    count(ledger, done ? 'repacks' : 'repacks given up');
  };
  while (await gate.pass(step)) await sleep(1000 + random(2000));
}
