import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';
import { readEvents } from '../support/sse.js';

let at: TestGateway;
let session: { id: string; worker_id: string };
/** What a backend calls when the system reports that a worker had no memory left; a local one never does. */
let report: (workerId: string) => void;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => {
      const backend = openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython });
      backend.onOutOfMemory = (listener) => {
        report = listener;
        return () => {};
      };
      return [backend];
    },
  });
  session = (await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } })).body;
}, 300_000);
afterAll(async () => {
  await at.gateway.services.workers.stop(session.worker_id);
  await at.close();
});

const run = async (code: string) =>
  readEvents(
    await fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${session.id}/execute/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    }),
  );
const killKernel = 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)';
const reason = async () => {
  const query = `{ space(slug: "demo") { session(id: "${session.id}") { status statusReason } } }`;
  return (await at.graphql(query)).data.space.session;
};

it('a kernel that died otherwise does not say that it was out of memory', async () => {
  expect((await run(killKernel)).at(-1)).toMatchObject({
    event: 'error',
    data: {
      code: 'kernel_died',
      detail: 'The kernel stopped while it ran this cell; restart the session and run it again.',
    },
  });
  await expect.poll(reason).toEqual({ status: 'idle', statusReason: 'kernel_died' });
}, 60_000);

it('a kernel that died of memory says so in the run, and in the session until that runs again', async () => {
  const cell = run(killKernel);
  // The system may report it after the death was seen.
  await expect.poll(async () => (await reason()).status, { interval: 20 }).toBe('restarting');
  report(session.worker_id);
  expect((await cell).at(-1)).toMatchObject({
    event: 'error',
    data: { code: 'kernel_died', detail: 'The kernel stopped: out of memory.' },
  });
  await expect.poll(reason).toEqual({ status: 'idle', statusReason: 'out_of_memory' });
  await run('1');
  await expect.poll(reason).toEqual({ status: 'idle', statusReason: null });
}, 60_000);
