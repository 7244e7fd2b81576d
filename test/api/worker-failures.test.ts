import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { workersWithProcesses } from '../support/worker-processes.js';

/** What pretends to be Python here cannot be isolated. */
const noIsolation = { isolation: async () => 'none' as const };
let at: TestGateway;
let slow: TestGateway;
let program: string;

/** @param startTimeoutMs how long the backend itself waits for a server */
function open(startTimeoutMs: number, workerStartMinutes: number): Promise<TestGateway> {
  return openTestGateway({
    backends: (dataDir) => {
      const own = join(dataDir, 'python');
      program = own;
      const python = async () => ({ python: own, origin: 'found' }) as const;
      return [
        openExternalBackend({ stateRoot: join(dataDir, 'workers'), python, startTimeoutMs, ...noIsolation }),
      ];
    },
    runtimeLimits: { workerStartMinutes },
  });
}

beforeAll(async () => {
  slow = await open(60_000, 0.05);
  await writeFile(program, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
  at = await open(500, 15);
});
afterAll(async () => {
  await at.close();
  await slow.close();
});

it.each([
  ['never answers', 'exec sleep 600', 'start_timeout', /in time/],
  ['ends immediately', 'exit 1', 'start_failed', /ended while it started/],
])('a worker whose server %s fails with a reason', async (_how, script, reason, detail) => {
  await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const started = await at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId } });
  expect(started).toMatchObject({ status: 201, body: { status: 'starting' } });
  const read = async () => (await at.rest('GET', `/workers/${started.body.id}`)).body;
  await expect
    .poll(read, { timeout: 30_000 })
    .toMatchObject({ status: 'failed', status_reason: reason, error_detail: expect.stringMatching(detail) });
  expect((await at.rest('GET', '/workers')).body.items).toEqual([]);
});

it('a worker whose server ended says what that printed last, without secrets and folders, and errors do not say it', async () => {
  const secret = 'value-of-the-profile';
  const environment = [{ name: 'DATABASE', value: secret }];
  const update = `mutation($environment: [EnvironmentVariableInput!]) {
    updateKernelProfile(id: "python3", input: { environment: $environment }) { id } }`;
  expect((await at.graphql(update, { environment })).errors).toBeUndefined();
  // The launcher gets the variables of the server with its plan.
  const script = [
    'read -r plan',
    `value() { printf %s "$plan" | sed "s/.*\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/"; }`,
    'echo "first $(value JUPYTER_TOKEN)"',
    'echo "second $(value DATABASE) $0"',
    'echo "third Bearer abcdefgh"',
    'exit 1',
  ];
  await writeFile(program, `#!/bin/sh\n${script.join('\n')}\n`, { mode: 0o755 });
  const refused = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } });
  const sentence = 'The Jupyter server ended while it started; try again.';
  expect(refused).toMatchObject({ status: 503, body: { detail: sentence } });
  const [worker] = (await at.rest('GET', '/workers?include_stopped=true')).body.items;
  expect(worker.error_detail).toBe(
    `${sentence}\nIts last output:\nfirst [token]\nsecond [hidden] …/python\nthird Bearer [hidden]`,
  );
  await at.graphql(update, { environment: [] });
});

it('a worker that is not ready within WORKER_START_MINUTES fails with its last step, and its server and folder are gone', async () => {
  const started = await slow.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId } });
  const directory = join(slow.dataDir, 'workers');
  await expect.poll(() => workersWithProcesses(directory)).toEqual([started.body.id]);
  const read = async () => (await slow.rest('GET', `/workers/${started.body.id}`)).body;
  await expect.poll(read, { timeout: 30_000 }).toMatchObject({
    status: 'failed',
    status_reason: 'start_timeout',
    error_detail:
      'The worker was not ready within 0.05 minutes (WORKER_START_MINUTES); its last step was "Waiting for Jupyter". ' +
      'Start a new one.',
  });
  expect(await workersWithProcesses(directory)).toEqual([]);
  await expect.poll(() => existsSync(join(directory, started.body.id))).toBe(false);
});
