import type { ExecFileException } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { DomainError } from '../../../errors.js';
import { launcherCall } from './launcher-call.js';
import type { LaunchPlan } from './launcher-program.js';
import { runProcess } from './run-process.js';
import { firstUid, lastUid } from './worker-user.js';

/** The values of {@link Isolation}, the best first. */
export const isolations = ['users', 'namespaces', 'none'] as const;

/**
 * How the servers of local workers are separated from the gateway and from each other. `users`: each runs as a user of
 * its own, in namespaces of its own. `namespaces`: each runs in namespaces of its own, as the gateway's user. `none`:
 * each runs as any other program of the gateway's user.
 */
export type Isolation = (typeof isolations)[number];

const probeTimeoutMs = 20_000;

/** The capabilities that starting a program as another user, and writing its files, needs: numbers of bits. */
const neededCapabilities = {
  chown: 0,
  dacOverride: 1,
  fowner: 3,
  kill: 5,
  setgid: 6,
  setuid: 7,
  setpcap: 8,
  sysPtrace: 19,
  sysAdmin: 21,
};

/**
 * Finds the best isolation that this machine allows to this process, by starting a program with it.
 * @param python the absolute path of the interpreter that servers run on
 * @throws DomainError `runtime_unavailable` when this takes too long, because a busy machine must not mean less isolation
 */
export async function probeIsolation(python: string): Promise<Isolation> {
  if (process.platform !== 'linux') return 'none';
  if ((await maySwitchUsers()) && (await works(python, firstUid))) return 'users';
  return (await works(python, null)) ? 'namespaces' : 'none';
}

/** Whether this process may run programs as any of the users of workers. */
async function maySwitchUsers(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const hasAll = Object.values(neededCapabilities).every((bit) => (effective >> BigInt(bit)) & 1n);
  const ranges = (await readFile('/proc/self/uid_map', 'utf8').catch(() => '')).trim().split('\n');
  return (
    hasAll &&
    ranges.some((range) => {
      const [first = 0, , count = 0] = range.trim().split(/\s+/).map(Number);
      return first <= firstUid && lastUid < first + count;
    })
  );
}

/**
 * Finds out whether Python runs with an isolation while folders are hidden from it.
 * @param hidden absolute paths
 * @returns null when it does, or an error that says what to change
 * @throws DomainError `runtime_unavailable` when this takes too long
 */
export async function hidingFault(
  python: string,
  isolation: Exclude<Isolation, 'none'>,
  hidden: string[],
): Promise<DomainError | null> {
  const cause = await faultOf(python, isolation === 'users' ? firstUid : null, hidden);
  if (cause === null) return null;
  // What Python itself prints when it misses files is for the log.
  const reason = /The server was not started: (Python needs .*)$/m.exec(cause.message)?.[1];
  const unknown =
    'Python cannot run while the folders of secrets are hidden; put the secrets in folders of their own.';
  return new DomainError('runtime_unavailable', reason ?? unknown, { cause });
}

async function works(python: string, uid: number | null): Promise<boolean> {
  return (await faultOf(python, uid, [])) === null;
}

/** Why Python does not run in namespaces, with the end of what it prints; null when it does. */
async function faultOf(python: string, uid: number | null, hidden: string[]): Promise<Error | null> {
  const plan: LaunchPlan = {
    command: [python, '-I', '-c', 'pass'],
    environment: {},
    directory: '/',
    isolate: true,
    uid,
    hidden,
    own: [],
    readable: [],
    tmpMb: 1,
    heartbeat: '/dev/null',
    orphanSeconds: probeTimeoutMs / 1_000,
  };
  try {
    const { args, ...call } = launcherCall(plan);
    await runProcess(python, args, { ...call, timeoutMs: probeTimeoutMs });
    return null;
  } catch (error) {
    if (!((error as Error).cause as ExecFileException | undefined)?.killed) return error as Error;
    const message = 'The isolation of local workers could not be tested in time; start the worker again.';
    throw new DomainError('runtime_unavailable', message, { cause: error });
  }
}
