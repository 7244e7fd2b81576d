import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { demo } from '../../../prisma/seed.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

/** A gateway whose workers never become ready, so that each run that begins goes on until it is cancelled. */
export async function openWaitingGateway(): Promise<TestGateway> {
  const at = await openTestGateway({
    backends: (dataDir) => {
      const python = join(dataDir, 'python');
      const program = writeFile(python, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
      return [
        openExternalBackend({
          stateRoot: join(dataDir, 'workers'),
          python: () => program.then(() => ({ python, origin: 'found' })),
          isolation: async () => 'none',
        }),
      ];
    },
  });
  const { prisma, workers } = at.gateway.services;
  const close = async () => {
    // A run whose worker stops makes room for the next one, which would start another worker.
    const where = { finishedAt: null };
    for (const { id } of await prisma.notebookRun.findMany({ where }))
      await at.rest('POST', `/runs/${id}/cancel`);
    while ((await prisma.notebookRun.count({ where })) > 0) await sleep(50);
    for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
    await at.close();
  };
  return { ...at, close };
}

/** Asks for a run of the demo notebook. */
export const postRun = (at: TestGateway, body: object = {}, token = at.token) =>
  at.rest('POST', '/runs', {
    token,
    body: { workspace_id: demo.workspaceId, path: demo.notebookPath, ...body },
  });
