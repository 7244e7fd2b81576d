import type { ChildProcess } from 'node:child_process';

/** Kills a process that leads a group of its own, with its whole group. Does nothing when it was not started, or has ended. */
export function killGroup({ pid }: Pick<ChildProcess, 'pid'>): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended.
  }
}
