import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { processesOf } from '../../src/workers/backends/external/server-process.js';

/** Starts processes of a worker again whenever they end. It is none itself. There are several, so that never all are gone. */
const startAgain =
  'again() { while :; do JUPYTER_RUNTIME_DIR="$1" sleep 600; done; }; again "$1" & again "$1" & again "$1" & wait';

let stateRoot: string;
let runtimeDirectory: string;
let supervisor: ChildProcess;
beforeEach(async () => {
  stateRoot = await mkdtemp(join(tmpdir(), 'server-process-'));
  runtimeDirectory = join(stateRoot, 'runtime');
  supervisor = spawn('/bin/sh', ['-c', startAgain, 'sh', runtimeDirectory], {
    detached: true,
    env: { PATH: process.env.PATH },
    stdio: 'ignore',
  });
  await expect.poll(() => processesOf(runtimeDirectory)).toHaveLength(3);
});
afterEach(async () => {
  endSupervisor();
  await rm(stateRoot, { recursive: true });
});

function endSupervisor(): void {
  const hasEnded = supervisor.exitCode !== null || supervisor.signalCode !== null;
  if (!hasEnded) process.kill(-supervisor.pid!, 'SIGKILL');
}

it('a server of which processes remain is not stopped, keeps its record, and is ended at a later start', async () => {
  const workerId = randomUUID();
  const record = join(stateRoot, `${workerId}.server.json`);
  const content = { pid: null, startTicks: null, runtimeDirectory, token: 'token', port: null };
  await writeFile(record, JSON.stringify(content));
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
  const python = async () => ({ python: '/bin/false', origin: 'found' }) as const;
  const backend = openExternalBackend({ stateRoot, python, log });

  const error = await backend.stop(workerId).catch((reason) => reason);
  expect(error).toMatchObject({
    code: 'runtime_unavailable',
    message: 'Processes of the worker did not end.',
  });
  expect(error.cause.message).toMatch(/^the processes \d+(, \d+)* remain$/);
  expect(existsSync(record)).toBe(true);

  expect(await backend.running()).toEqual(new Map());
  expect(existsSync(record)).toBe(true);
  expect(logged).toHaveLength(1);
  expect(logged[0]).toMatch(/the processes \d+(, \d+)* remain/);
  expect(logged[0]).toContain(workerId);

  endSupervisor();
  await backend.running();
  expect(existsSync(record)).toBe(false);
  expect(await processesOf(runtimeDirectory)).toEqual([]);
  await backend.close();
});
