import type { Session, Worker } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { uniqueViolation } from '../engines/database/unique-violation.js';
import { waitFor } from '../engines/events/wait-for.js';
import { DomainError, invalidField } from '../errors.js';
import { pathHash } from '../notebooks/path-hash.js';
import { loadWorker } from '../workers/load-worker.js';
import { resolveStart, type StartInput, type StartPlan } from '../workers/resolve-start.js';
import { ensureWorker } from '../workers/start-worker.js';
import { isLive } from '../workers/worker-status.js';
import { whileUnarchived } from '../workspaces/while-unarchived.js';
import { assertOwn } from './load-session.js';
import type { SessionServices } from './session-services.js';

/** What a session is made of; without a worker it uses the caller's live one, or starts one. */
export interface CreateSessionInput extends StartInput {
  workerId?: string | null;
}

/** An idle session, and whether it was made just now. */
export interface CreatedSession {
  session: Session;
  created: boolean;
}

/**
 * Makes a kernel session and waits until it is idle. Needs the scope `execute` and `can_edit`.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `invalid_request`,
 *   `worker_not_live`, `quota_exceeded`, `runtime_unavailable`; `session_starting` when it took too long
 *   (`SessionManager.startTimeoutMs`), while the worker goes on starting
 */
export async function createSession(
  services: SessionServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: CreateSessionInput,
): Promise<CreatedSession> {
  const deadline = AbortSignal.timeout(services.sessions.startTimeoutMs);
  const plan = await resolveStart(services, ctx, spaceSlug, input);
  const worker = input.workerId
    ? await namedWorker(services, ctx, spaceSlug, plan, input.workerId)
    : (await ensureWorker(services, ctx, plan)).worker;
  await untilReady(services, worker, deadline);
  const { session, created } = await findOrInsert(services, ctx, plan, worker);
  if (created) {
    await services.sessions.open(session, deadline).catch((error) => {
      throw deadline.aborted ? stillStarting('kernel') : error;
    });
  }
  return { session: await untilIdle(services, session, deadline), created };
}

async function namedWorker(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  plan: StartPlan,
  workerId: string,
): Promise<Worker> {
  const worker = await loadOwnWorker(services, ctx, spaceSlug, workerId);
  if (worker.workspaceId !== plan.workspace.id) {
    throw invalidField('worker_id', 'is a worker of another workspace', 'mismatch');
  }
  if (!isLive(worker.status)) {
    throw new DomainError('worker_not_live', 'This worker has stopped; start a new one.');
  }
  return worker;
}

/**
 * Loads a worker that the caller may open sessions on.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadOwnWorker(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  workerId: string,
): Promise<Worker> {
  const loaded = await loadWorker(services, ctx, spaceSlug, workerId, 'edit', 'execute');
  assertOwn(ctx, loaded, loaded.worker);
  return loaded.worker;
}

async function untilReady(services: SessionServices, worker: Worker, signal: AbortSignal): Promise<void> {
  const { prisma, bus } = services;
  const check = async () => {
    const current = await prisma.worker.findUniqueOrThrow({ where: { id: worker.id } });
    if (current.status === 'starting') return undefined;
    if (current.status === 'ready' || current.status === 'busy') return current;
    throw new DomainError(
      'runtime_unavailable',
      current.errorDetail ?? 'The worker stopped before it was ready.',
    );
  };
  const ready = await waitFor(bus, 'worker', worker.id, check, signal);
  if (!ready) throw stillStarting('worker');
}

async function findOrInsert(
  services: PrismaService,
  ctx: RequestContext,
  plan: StartPlan,
  worker: Worker,
): Promise<CreatedSession> {
  const { prisma } = services;
  const liveKey = `${worker.id}:${plan.profile.id}:${plan.path ? pathHash(plan.path) : ''}`;
  const found = await prisma.session.findUnique({ where: { liveKey } });
  if (found && found.status !== 'dead') return { session: found, created: false };
  if (found) await prisma.session.update({ where: { id: found.id }, data: { liveKey: null } });
  try {
    const session = await whileUnarchived(prisma, plan.workspace.id, (tx) =>
      tx.session.create({
        data: {
          workspaceId: plan.workspace.id,
          workerId: worker.id,
          userId: worker.userId,
          branch: worker.branch,
          path: plan.path,
          kernelProfileId: plan.profile.id,
          kernelName: plan.profile.kernelName,
          liveKey,
        },
      }),
    );
    return { session, created: true };
  } catch (error) {
    if (!uniqueViolation(error)) throw error;
    const first = await prisma.session.findUnique({ where: { liveKey } });
    // What was first may be deleted since; then there is room again.
    return first ? { session: first, created: false } : findOrInsert(services, ctx, plan, worker);
  }
}

async function untilIdle(services: SessionServices, session: Session, signal: AbortSignal): Promise<Session> {
  const { prisma, bus } = services;
  const check = async () => {
    const current = await prisma.session.findUniqueOrThrow({ where: { id: session.id } });
    return current.status === 'starting' ? undefined : current;
  };
  const current = await waitFor(bus, 'session', session.id, check, signal);
  if (current && current.status !== 'dead') return current;
  if (current) throw new DomainError('runtime_unavailable', 'The kernel did not start; start a new session.');
  throw stillStarting('kernel');
}

function stillStarting(what: 'worker' | 'kernel'): DomainError {
  return new DomainError('session_starting', `The ${what} is still starting; try again in a few seconds.`, {
    retryAfterSeconds: 5,
  });
}
