import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { authenticate } from '../../src/access/authenticate.js';
import type { RequestContext } from '../../src/context.js';
import { findOrInsertSession } from '../../src/sessions/find-or-insert-session.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { resolveStart } from '../../src/workers/resolve-start.js';
import { ensureWorker } from '../../src/workers/start-worker.js';
import { writeUnlessArchived } from '../../src/workspaces/write-unless-archived.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => {
      const python = join(dataDir, 'python');
      const sleeps = async () => {
        await writeFile(python, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
        return { python, origin: 'found' } as const;
      };
      const isolation = async () => 'none' as const;
      return [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: sleeps, isolation })];
    },
  });
});
afterAll(() => at.close());

let workspaceId: string;
beforeEach(async () => {
  workspaceId = (await makeWorkspace(at)).id;
});
const archive = () => at.rest('POST', `/workspaces/${workspaceId}/archive`);
const workers = () => at.gateway.services.prisma.worker.findMany({ where: { workspaceId } });

async function contextOfAdmin(): Promise<RequestContext> {
  const actor = await authenticate(at.gateway.services, `Bearer ${at.token}`);
  return { actor, requestId: 'test', spaces: new Map() };
}

it('a worker does not start when its workspace is archived after the start was checked', async () => {
  const ctx = await contextOfAdmin();
  const { services } = at.gateway;
  const plan = await resolveStart(services, ctx, 'demo', { workspaceId });
  expect((await archive()).status).toBe(200);
  await expect(ensureWorker(services, ctx, plan)).rejects.toMatchObject({ code: 'workspace_archived' });
  expect(await workers()).toEqual([]);
});

it('archiving waits for a worker start in progress, then stops that worker', async () => {
  const { services } = at.gateway;
  const plan = await resolveStart(services, await contextOfAdmin(), 'demo', { workspaceId });
  let archived: Promise<unknown> = Promise.resolve();
  await writeUnlessArchived(services.prisma, workspaceId, async (tx) => {
    let isArchived = false;
    archived = archive().then(() => {
      isArchived = true;
    });
    // Long enough for an archiving that does not wait.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isArchived).toBe(false);
    await tx.worker.create({
      data: {
        workspaceId,
        userId: plan.workspace.ownerUserId,
        repositoryId: plan.repository.id,
        branch: plan.branch,
        backend: 'external',
        kernelProfileId: plan.profile.id,
        kernelName: plan.profile.kernelName,
        resourceClassId: plan.resourceClass.id,
        resourceClass: {},
      },
    });
  });
  await archived;
  expect(await workers()).toMatchObject([{ status: 'stopped', statusReason: 'workspace_archived' }]);
});

it('a gateway that another one has replaced as the owner starts neither a worker nor a session', async () => {
  const ctx = await contextOfAdmin();
  const { services } = at.gateway;
  const former = { ...services, epoch: () => services.epoch() - 1 };
  const plan = await resolveStart(former, ctx, 'demo', { workspaceId });
  const refused = { code: 'runtime_unavailable', retryAfterSeconds: 1 };
  await expect(ensureWorker(former, ctx, plan)).rejects.toMatchObject(refused);
  expect(await workers()).toEqual([]);
  const worker = await makeWorker(at, { userId: ctx.actor.userId, workspaceId });
  await expect(findOrInsertSession(former, plan, worker)).rejects.toMatchObject(refused);
  expect(await services.prisma.session.count({ where: { workspaceId } })).toBe(0);
  expect(await findOrInsertSession(services, plan, worker)).toMatchObject({ created: true });
});
