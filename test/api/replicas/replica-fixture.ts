import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-sse';
import { inject } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import type { RuntimeLimits } from '../../../src/config.js';
import { openDatabase } from '../../../src/engines/database/open-database.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { createDatabase } from '../../support/database-server.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { testPython } from '../../support/jupyter.js';

/** Two gateways on one PostgreSQL database and one data folder. */
export interface Replicas {
  /** It runs the kernels. */
  owner: TestGateway;
  other: TestGateway;
  databaseUrl: string;
  close(): Promise<void>;
}

/** Opens {@link Replicas}. */
export async function openReplicas(
  options: { runtimeLimits?: Partial<RuntimeLimits>; expiryCheckMs?: number } = {},
): Promise<Replicas> {
  const { url, remove } = await createDatabase(`TEMPLATE "${inject('databaseTemplate')}"`);
  const dataDir = await mkdtemp(join(tmpdir(), 'replicas-'));
  const stateRoot = join(dataDir, 'workers');
  const open = async () =>
    openTestGateway({
      ...options,
      dataDir,
      env: { DATABASE_URL: url },
      database: await openDatabase({ url, migrationsDirectory: 'prisma/migrations', poolSize: 5 }),
      backends: () => [openExternalBackend({ stateRoot, python: testPython })],
    });
  const owner = await open();
  const other = await open();
  return {
    ...{ owner, other, databaseUrl: url },
    async close() {
      const { prisma, workers } = owner.gateway.services;
      for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
      await other.close();
      await owner.close();
      await remove();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Creates a session in the demo workspace, whose kernel the owner runs. */
export async function openSession({ owner }: Replicas): Promise<{ id: string; workerId: string }> {
  const body = { workspace_id: demo.workspaceId, path: demo.notebookPath };
  const answer = await owner.rest('POST', '/sessions', { body });
  return { id: answer.body.id, workerId: answer.body.worker_id };
}

/** A subscription at one gateway, and the values that it got. */
export interface Watch {
  values: any[];
  ended: Promise<void>;
  leave(): void;
}

/** Subscribes to one field; its values are collected. @param selection with arguments, e.g. `sessionChanged(…) { id }` */
export function watch(at: TestGateway, selection: string): Watch {
  const client = createClient({
    url: `${at.url}/graphql/stream`,
    headers: { authorization: `Bearer ${at.token}` },
    retryAttempts: 0,
  });
  const values: any[] = [];
  let leave = () => {};
  const ended = new Promise<void>((resolve) => {
    leave = client.subscribe<Record<string, unknown>>(
      { query: `subscription { ${selection} }` },
      {
        next: ({ data, errors }) => values.push(data ? Object.values(data)[0] : { errors }),
        error: (error) => {
          values.push({ error });
          resolve();
        },
        complete: resolve,
      },
    );
  });
  return {
    ...{ values, ended },
    leave() {
      leave();
      client.dispose();
    },
  };
}
