import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
let program: string;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => {
      program = join(dataDir, 'python');
      return [
        openExternalBackend({
          stateRoot: join(dataDir, 'workers'),
          python: async () => ({ python: program, origin: 'found' }),
          startTimeoutMs: 500,
        }),
      ];
    },
  });
});
afterAll(() => at.close());

it.each([
  ['never answers', 'exec sleep 600', 'start_timeout', /in time/],
  ['ends immediately', 'exit 1', 'start_failed', /ended while it started/],
])('a worker whose server %s fails with a reason', async (_how, script, reason, detail) => {
  await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const started = await at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId } });
  expect(started).toMatchObject({ status: 201, body: { status: 'starting' } });
  const read = async () => (await at.rest('GET', `/workers/${started.body.id}`)).body;
  await expect
    .poll(read, { timeout: 15_000 })
    .toMatchObject({ status: 'failed', status_reason: reason, error_detail: expect.stringMatching(detail) });
  expect((await at.rest('GET', '/workers')).body.items).toEqual([]);
});
