import type { Prisma, Worker } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { uniqueViolation } from '../engines/database/unique-violation.js';
import { DomainError } from '../errors.js';
import { whileUnarchived } from '../workspaces/while-unarchived.js';
import { resolveStart, type StartInput, type StartPlan } from './resolve-start.js';
import type { WorkerServices } from './worker-services.js';
import { liveStatuses } from './worker-status.js';

/** A live worker, and whether it was started just now. */
export interface StartedWorker {
  worker: Worker;
  created: boolean;
}

/** The most live workers of one user. */
const workersPerUser = 10;

/**
 * Starts a worker, or answers the caller's live one for the same workspace, branch, profile and class; does not wait
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

/** {@link startWorker} for a checked plan. */
export async function ensureWorker(
  services: WorkerServices,
  ctx: RequestContext,
  plan: StartPlan,
): Promise<StartedWorker> {
  const { prisma, workers } = services;
  const { userId } = ctx.actor;
  const liveKey = [userId, plan.workspace.id, plan.branch, plan.profile.id, plan.resourceClass.id].join(':');
  const found = await prisma.worker.findUnique({ where: { liveKey } });
  if (found) return { worker: found, created: false };

  const backend = workers.backendFor(plan.profile);
  const reason = await workers.unavailableReason(plan.profile);
  if (!backend || reason)
    throw new DomainError('runtime_unavailable', reason ?? 'No backend runs this profile.');
  const count = await prisma.worker.count({ where: { userId, status: { in: [...liveStatuses] } } });
  if (count >= workersPerUser) {
    throw new DomainError('quota_exceeded', `You may run ${workersPerUser} workers at once; stop one first.`);
  }
  const { createdAt: _createdAt, ...snapshot } = plan.resourceClass;
  let worker: Worker;
  try {
    worker = await whileUnarchived(prisma, plan.workspace.id, (tx) =>
      tx.worker.create({
        data: {
          workspaceId: plan.workspace.id,
          userId,
          repositoryId: plan.repository.id,
          branch: plan.branch,
          path: plan.path,
          backend,
          kernelProfileId: plan.profile.id,
          kernelName: plan.profile.kernelName,
          resourceClassId: plan.resourceClass.id,
          resourceClass: snapshot satisfies Prisma.InputJsonObject,
          progressMessage: 'Queued',
          liveKey,
        },
      }),
    );
  } catch (error) {
    if (!uniqueViolation(error)) throw error;
    const first = await prisma.worker.findUnique({ where: { liveKey } });
    // What was first may have ended since; then there is room again.
    return first ? { worker: first, created: false } : ensureWorker(services, ctx, plan);
  }
  workers.start(worker, plan.commitOid);
  return { worker, created: true };
}
