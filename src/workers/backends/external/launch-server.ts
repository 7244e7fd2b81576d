import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import { DomainError } from '../../../errors.js';
import { type ServerFolders, serverEnvironment, serverProgram } from './server-setup.js';

const pollMs = 40;
const probeTimeoutMs = 2_000;
const logTailBytes = 2_000;
const runtimeFile = z.object({ port: z.int().min(1).max(65_535) });

/** A server as a child process that has started. */
export type ServerProcess = ChildProcess & { pid: number };

/**
 * Starts a server as the leader of a process group of its own, so that it outlives this process.
 * @param environment variables beside those that every server gets
 * @param site a folder of Python modules for its kernels
 * @throws DomainError `runtime_unavailable` when the interpreter cannot be run
 */
export async function spawnServer(
  python: string,
  folders: ServerFolders,
  workingDirectory: string,
  token: string,
  environment: Record<string, string>,
  site?: string,
): Promise<ServerProcess> {
  const log = await open(folders.log, 'w', 0o600);
  try {
    const child = spawn(python, ['-I', '-c', serverProgram, folders.settings], {
      cwd: workingDirectory,
      env: serverEnvironment(folders, python, token, environment, site),
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    });
    child.unref();
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
 * @param signal bounds the wait
 * @returns the port
 * @throws DomainError `runtime_unavailable` when the server ended instead, and what `signal` was aborted with
 */
export async function untilAnswering(
  child: ServerProcess,
  folders: ServerFolders,
  token: string,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    signal.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null) {
      const cause = new Error(await logTail(folders.log));
      throw new DomainError('runtime_unavailable', 'The Jupyter server ended while it started; try again.', {
        cause,
      });
    }
    const port = await readPort(join(folders.runtime, `jpserver-${child.pid}.json`));
    if (port !== undefined && (await answers(port, token))) return port;
    await sleep(pollMs, undefined, { signal }).catch(() => {});
  }
}

async function readPort(file: string): Promise<number | undefined> {
  try {
    return runtimeFile.parse(JSON.parse(await readFile(file, 'utf8'))).port;
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

async function logTail(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).slice(-logTailBytes);
}
