import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The folder inside a repository that holds our files before they are renamed into place. */
export const tempFolder = 'gateway-tmp';

const instance = randomBytes(4).toString('hex');
const startedAt = startTime(process.pid) ?? '0';
let made = 0;

/** A name that no other process uses, and that tells whether its process still lives. */
export function tempName(): string {
  made += 1;
  return `${process.pid}-${startedAt}-${instance}-${made}`;
}

/** Whether a name was made by {@link tempName} in a process of this machine that is gone. */
export function isStaleTempName(name: string): boolean {
  const match = /^(\d+)-(\d+)-([0-9a-f]{8})-\d+$/.exec(name);
  if (!match) return false;
  const pid = Number(match[1]);
  if (pid === process.pid) return match[3] !== instance;
  const now = startTime(pid);
  return now === undefined ? !isAlive(pid) : now !== match[2];
}

/** When a process began, in ticks since boot: tells a process from a later one with the same id. Linux only. */
function startTime(pid: number): string | undefined {
  try {
    // The command's name, in parentheses, may hold spaces; the start time is the 20th field after it.
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
