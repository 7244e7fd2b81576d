import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openDatabase } from '../../../src/engines/database/open-database.js';
import { SessionRows } from '../../../src/sessions/session-rows.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { createDatabase } from '../../support/database-server.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { testPython } from '../../support/jupyter.js';
import { type LossyProxy, openLossyProxy } from '../../support/lossy-proxy.js';

const onServer = process.env.TEST_DB === 'postgres';

describe.runIf(onServer)('when a connection of the database is cut before the answer of a statement', () => {
  let at: TestGateway;
  let proxy: LossyProxy;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const { url, remove } = await createDatabase(`TEMPLATE "${inject('databaseTemplate')}"`);
    const via = new URL(url);
    proxy = await openLossyProxy(Number(via.port || 5432));
    via.port = String(proxy.port);
    const dataDir = await mkdtemp(join(tmpdir(), 'lost-answers-'));
    at = await openTestGateway({
      dataDir,
      // A worker whose insert is repeated does not count twice.
      env: { WORKERS_PER_USER: '1' },
      sessionStartTimeoutMs: 15_000,
      database: await openDatabase({ url: via.href, migrationsDirectory: 'prisma/migrations', poolSize: 5 }),
      backends: () => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
    });
    const body = { path, notebook: codeNotebook([codeCell('one', 'print(1)')]) };
    const made = await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body });
    expect(made.status).toBe(201);
    close = async () => {
      await stopWorkers();
      await at.close();
      await proxy.close();
      await remove();
      await rm(dataDir, { recursive: true, force: true });
    };
  });
  beforeEach(async () => {
    for (const { id } of await at.gateway.services.prisma.session.findMany({ where: { deletedAt: null } }))
      await at.rest('DELETE', `/sessions/${id}`);
  });
  afterAll(() => close?.());

  const path = 'runs/lost.ipynb';
  const openSession = () =>
    at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId, path: demo.notebookPath } });
  const beginRun = (headers: Record<string, string> = {}) =>
    at.rest('POST', '/runs', { body: { workspace_id: demo.workspaceId, path }, headers });
  const stopWorkers = async () => {
    const { prisma, workers } = at.gateway.services;
    for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  };
  const untilEnded = async (runId: string) => {
    const read = async () => (await at.rest('GET', `/runs/${runId}`)).body.status;
    await expect.poll(read, { timeout: 30_000 }).toBe('ok');
  };

  it('a run that is inserted begins, and is there once', async () => {
    const isLost = proxy.loseAnswer(/INSERT INTO "NotebookRun"/);
    const { status, body } = await beginRun();
    expect({ status, isLost: isLost() }).toEqual({ status: 201, isLost: true });
    await untilEnded(body.id);
    expect(await at.gateway.services.prisma.notebookRun.count()).toBe(1);
  });

  it('a session that is inserted is opened', async () => {
    const isLost = proxy.loseAnswer(/INSERT INTO "public"\."Session"/);
    const { status, body } = await openSession();
    expect({ status, isLost: isLost() }).toEqual({ status: 201, isLost: true });
    expect(body.status).toBe('idle');
  });

  it('a worker that is inserted is started', async () => {
    await stopWorkers();
    const isLost = proxy.loseAnswer(/INSERT INTO "public"\."Worker"/);
    const { status } = await openSession();
    expect({ status, isLost: isLost() }).toEqual({ status: 201, isLost: true });
  });

  it('a worker that is ready stays so, and is announced', async () => {
    await stopWorkers();
    const isLost = proxy.loseAnswer(/UPDATE "Worker" SET "status"/);
    const { status } = await openSession();
    expect({ status, isLost: isLost() }).toEqual({ status: 201, isLost: true });
  });

  it('a session keeps the kernel that it has got', async () => {
    await stopWorkers();
    const isLost = proxy.loseAnswer(/UPDATE "Session" SET "kernelId"/);
    const { status, body } = await openSession();
    expect({ status, isLost: isLost() }).toEqual({ status: 201, isLost: true });
    expect(body.status).toBe('idle');
  });

  it('a batch whose cells have ids runs once', async () => {
    const { body: session } = await openSession();
    const codes = ['seen = []', 'seen.append(1)', 'print(seen)'];
    const cells = codes.map((code) => ({ code, execution_id: randomUUID() }));
    const send = () => at.rest('POST', `/sessions/${session.id}/execute/batch`, { body: { cells } });
    const isLost = proxy.loseAnswer(/INSERT INTO "Execution"/);
    const { status, body } = await send();
    expect({ status, isLost: isLost() }).toEqual({ status: 201, isLost: true });
    expect((await send()).body.executions.map(({ id }: { id: string }) => id)).toEqual(
      body.executions.map(({ id }: { id: string }) => id),
    );
    const last = `/sessions/${session.id}/executions/${cells.at(-1)!.execution_id}`;
    const read = async () => (await at.rest('GET', last)).body;
    await expect.poll(async () => (await read()).status, { timeout: 30_000 }).toBe('ok');
    expect((await read()).outputs).toMatchObject([{ name: 'stdout', text: '[1]\n' }]);
  });

  /** A session whose kernel runs a cell that has no end. */
  const openBusySession = async () => {
    const { body: session } = await openSession();
    const mutation = `mutation ($code: String!, $id: ID!) {
      executeCell(spaceSlug: "demo", sessionId: $id, input: { code: $code }) { id } }`;
    const code = 'import time\nwhile True: time.sleep(0.1)';
    const { data } = await at.graphql(mutation, { code, id: session.id });
    const { prisma } = at.gateway.services;
    const find = () => prisma.execution.findUniqueOrThrow({ where: { id: data.executeCell.id } });
    await expect.poll(async () => (await find()).status).toBe('running');
    const untilDeleted = async () => {
      await expect.poll(async () => (await find()).status).toBe('cancelled');
      const row = await prisma.session.findUnique({ where: { id: session.id } });
      expect(row).toMatchObject({ status: 'dead', kernelId: null });
    };
    return { id: session.id as string, untilDeleted };
  };

  it('a session that is deleted ends, with its kernel and its queue', async () => {
    const { id, untilDeleted } = await openBusySession();
    const isLost = proxy.loseAnswer(/UPDATE "Session" SET "deletedAt"/);
    const { status } = await at.rest('DELETE', `/sessions/${id}`);
    expect({ status, isLost: isLost() }).toEqual({ status: 204, isLost: true });
    await untilDeleted();
  });

  it('a session that is only marked as deleted ends with the next delete', async () => {
    const { id, untilDeleted } = await openBusySession();
    await new SessionRows(at.gateway.services).markDeleted(id);
    expect((await at.rest('DELETE', `/sessions/${id}`)).status).toBe(204);
    await untilDeleted();
  });

  it('the answer of a request with a key is kept, also when the first write of it is lost', async () => {
    const headers = { 'idempotency-key': 'lost' };
    const isLost = proxy.loseStatement(/UPDATE "public"\."IdempotencyKey"/);
    const first = await beginRun(headers);
    expect({ status: first.status, isLost: isLost() }).toEqual({ status: 201, isLost: true });
    expect((await beginRun(headers)).body.id).toBe(first.body.id);
  });
});
