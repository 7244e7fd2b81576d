import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import { DomainError } from '../../../errors.js';
import { hideSecrets } from '../../hide-secrets.js';
import { withOutput } from '../../server-ended-error.js';
import type { Isolation } from './isolation.js';
import { launcherCall } from './launcher-call.js';
import type { LaunchPlan, Sandbox } from './launcher-program.js';
import { readServerLog } from './read-server-log.js';
import type { ServerFolders } from './server-setup.js';

const defaultTimeoutMs = 60_000;
const pollMs = 40;
const probeTimeoutMs = 2_000;
const runtimeFile = z.object({ port: z.int().min(1).max(65_535) });

/** What a server is launched with. */
export interface PreparedLaunch {
  python: string;
  sandbox: Sandbox;
  isolation: Isolation;
  /** The folder of the packages of its kernels; undefined for none. */
  site: string | undefined;
}

/** The launcher of a server, as a child process that has started. */
export type ServerProcess = ChildProcess & { pid: number };

/**
 * Starts a launcher as the leader of a process group of its own, so that it outlives this process.
 * @param python the absolute path of the interpreter
 * @param logFile what they print is written here
 * @throws DomainError `runtime_unavailable` when the interpreter cannot be run
 */
export async function spawnServer(python: string, plan: LaunchPlan, logFile: string): Promise<ServerProcess> {
  const log = await open(logFile, 'w', 0o600);
  try {
    const { args, env, input } = launcherCall(plan);
    const child = spawn(python, args, {
      cwd: '/',
      env,
      stdio: ['pipe', log.fd, log.fd],
      detached: true,
    });
    child.unref();
    // One that ends without reading it is seen by its end.
    child.stdin!.on('error', () => {}).end(input);
    await once(child, 'spawn');
    return child as ServerProcess;
  } catch (cause) {
    const message = 'Python could not be run; check its installation and try again.';
    throw new DomainError('runtime_unavailable', message, { cause });
  } finally {
    await log.close();
  }
}

/**
 * Waits until a server answers. The server chooses its port itself and writes it into a file of its runtime folder.
 * @param server.environment the environment variables of its profile: no error has their values
 * @param server.timeoutMs how long it may take; default 60 s
 * @returns the port
 * @throws DomainError `runtime_unavailable` when the server ended instead, or with the reason `start_timeout`, and what
 *   `signal` was aborted with
 */
export async function untilAnswering(
  child: ServerProcess,
  folders: ServerFolders,
  server: { token: string; environment: Record<string, string>; timeoutMs?: number },
  signal: AbortSignal,
): Promise<number> {
  const { token, environment, timeoutMs = defaultTimeoutMs } = server;
  const until = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    if (performance.now() > until) throw startTimeout();
    if (child.exitCode !== null || child.signalCode !== null) {
      const ended = new DomainError(
        'runtime_unavailable',
        'The Jupyter server ended while it started; try again.',
      );
      const output = await readServerLog(folders.log, token);
      throw withOutput(ended, hideSecrets(output, Object.values(environment)));
    }
    const port = await readPort(folders.runtime);
    if (port !== undefined && (await answers(port, token))) return port;
    await sleep(pollMs, undefined, { signal }).catch(() => {});
  }
}

function startTimeout(): DomainError {
  const message = 'The Jupyter server did not answer in time; start the worker again.';
  return new DomainError('runtime_unavailable', message, { extra: { reason: 'start_timeout' } });
}

/** The name of the file contains the id that the process has in its own namespace. */
async function readPort(runtimeFolder: string): Promise<number | undefined> {
  try {
    const name = (await readdir(runtimeFolder)).find((entry) => /^jpserver-\d+\.json$/.test(entry));
    if (name === undefined) return undefined;
    return runtimeFile.parse(JSON.parse(await readFile(join(runtimeFolder, name), 'utf8'))).port;
  } catch {
    return undefined;
  }
}

async function answers(port: number, token: string): Promise<boolean> {
  const client = new JupyterClient({ baseUrl: `http://127.0.0.1:${port}/`, token });
  try {
    await client.probe(probeTimeoutMs);
    return true;
  } catch {
    return false;
  } finally {
    client.dispose();
  }
}
