import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { testPython } from '../../support/jupyter.js';
import { readEvents, type SentEvent } from '../../support/sse.js';

export let at: TestGateway;
export let session: string;

/** Opens one gateway with a session for the tests of the file that calls this, and ends both after them. */
export function setUpKernels(): void {
  beforeAll(async () => {
    at = await openTestGateway({
      backends: (dataDir) => [
        openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython }),
      ],
    });
    session = (await openSession('notebooks/welcome.ipynb')).body.id;
  });
  afterAll(async () => {
    const { prisma, workers } = at.gateway.services;
    for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
    await at.close();
  });
}

export const openSession = (path: string, more: object = {}) =>
  at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path, ...more } });

export async function stream(
  path: string,
  init: { body?: object; headers?: Record<string, string>; token?: string },
) {
  return fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks${path}`, {
    method: init.body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${init.token ?? at.token}`,
      ...(init.body ? { 'content-type': 'application/json' } : {}),
      ...init.headers,
    },
    body: init.body && JSON.stringify(init.body),
  });
}

export const run = (code: string, more: object = {}, id = session) =>
  stream(`/sessions/${id}/execute/stream`, { body: { code, cell_index: 0, ...more } });
export const runAll = async (code: string, more: object = {}, id = session) =>
  readEvents(await run(code, more, id));
export const textOf = (events: SentEvent[]) =>
  events
    .filter(({ data }) => data.type === 'stream')
    .map(({ data }) => data.text)
    .join('');
