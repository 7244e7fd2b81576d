import { randomUUID } from 'node:crypto';
import type { Backend, KernelProfile, Prisma, Worker } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { uniqueViolation } from '../engines/database/unique-violation.js';
import { DomainError } from '../errors.js';
import { assertWorkerQuota } from './assert-worker-quota.js';
import { insertAsOwner } from './insert-as-owner.js';
import { hasRequirements } from './read-requirements.js';
import { resolveStart, type StartInput, type StartPlan } from './resolve-start.js';
import type { WorkerServices } from './worker-services.js';

/** A live worker, and whether this request started it. */
export interface StartedWorker {
  worker: Worker;
  created: boolean;
}

/** How often an insert is tried while other requests start and stop the same worker. */
const maxInserts = 5;

/**
 * Starts a worker, or returns the caller's live one for the same workspace, branch, profile and class. Does not wait
 * until it is ready. Needs the scope `execute` and `can_edit`.
 * @throws DomainError what `resolveStart` throws, `quota_exceeded`, `runtime_unavailable`
 */
export async function startWorker(
  services: WorkerServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: StartInput,
): Promise<StartedWorker> {
  return ensureWorker(services, ctx, await resolveStart(services, ctx, spaceSlug, input));
}

/** Does what {@link startWorker} does for a plan that is checked already. */
export async function ensureWorker(
  services: WorkerServices,
  ctx: RequestContext,
  plan: StartPlan,
): Promise<StartedWorker> {
  const { prisma, workers } = services;
  const { userId } = ctx.actor;
  const liveKey = [userId, plan.workspace.id, plan.branch, plan.profile.id, plan.resourceClass.id].join(':');
  for (let attempt = 0; attempt < maxInserts; attempt++) {
    const found = await prisma.worker.findUnique({ where: { liveKey } });
    if (found) return { worker: found, created: false };
    const backend = await requireBackend(services, plan.profile);
    const insert = (id: string = randomUUID()) =>
      insertWorker(services, plan, { id, userId, backend, liveKey });
    const worker = (await hasOwnPackages(services, plan))
      ? await insert()
      : await workers.warmPool.offer(plan.profile, plan.resourceClass, insert);
    if (!worker) continue;
    workers.start(worker, plan.commitOid);
    return { worker, created: true };
  }
  throw new DomainError(
    'runtime_unavailable',
    'Other requests started and stopped this worker meanwhile; try again.',
  );
}

/** Whether packages are installed for the worker alone: a warm one has none. */
async function hasOwnPackages({ git, workers }: WorkerServices, plan: StartPlan): Promise<boolean> {
  if (!workers.installsRequirements(plan.profile)) return false;
  return hasRequirements(await git.repository(plan.repository.id), plan.commitOid);
}

/** @throws DomainError `runtime_unavailable` when no worker of the profile can be started now */
async function requireBackend({ workers }: WorkerServices, profile: KernelProfile): Promise<Backend> {
  const backend = workers.backendFor(profile);
  const reason = await workers.unavailableReason(profile);
  if (backend && !reason) return backend;
  throw new DomainError(
    'runtime_unavailable',
    reason ?? 'No configured backend runs this profile; ask an admin to check WORKER_BACKENDS.',
  );
}

/**
 * Null when another request inserted a worker with the same key first.
 * @throws DomainError `quota_exceeded`, `workspace_archived`, `runtime_unavailable`
 */
async function insertWorker(
  services: WorkerServices,
  plan: StartPlan,
  identity: Pick<Worker, 'id' | 'userId' | 'backend' | 'liveKey'>,
): Promise<Worker | null> {
  const { createdAt: _createdAt, ...resourceClass } = plan.resourceClass;
  const data = {
    ...identity,
    workspaceId: plan.workspace.id,
    repositoryId: plan.repository.id,
    branch: plan.branch,
    path: plan.path,
    kernelProfileId: plan.profile.id,
    kernelName: plan.profile.kernelName,
    resourceClassId: plan.resourceClass.id,
    resourceClass: resourceClass satisfies Prisma.InputJsonObject,
    progressMessage: 'Queued',
  };
  try {
    return await insertAsOwner(services, plan.workspace.id, {
      async insert(tx) {
        const { spaceId } = plan.workspace;
        await assertWorkerQuota(tx, services.workers.limits, {
          ...{ userId: identity.userId, spaceId },
          wanted: plan.resourceClass,
        });
        const jupyterServerId = await services.workers.assignServer(tx, plan.profile);
        return tx.worker.create({ data: { ...data, jupyterServerId } });
      },
      find: (tx) => tx.worker.findUnique({ where: { id: identity.id } }),
    });
  } catch (error) {
    if (uniqueViolation(error)) return null;
    throw error;
  }
}
