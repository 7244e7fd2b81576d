import type { Session, Worker } from '../../prisma/generated/client/client.js';
import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import { waitFor } from '../engines/events/wait-for.js';
import { DomainError, invalidField } from '../errors.js';
import { checkAll } from '../validation/check-all.js';
import { sentenceOf } from '../workers/describe-failure.js';
import { FolderMissingError } from '../workers/folder-guard.js';
import { loadWorker } from '../workers/load-worker.js';
import { resolveStart, type StartInput, type StartPlan } from '../workers/resolve-start.js';
import { ensureWorker } from '../workers/start-worker.js';
import { isLive } from '../workers/worker-status.js';
import { type CreatedSession, findOrInsertSession } from './find-or-insert-session.js';
import type { SessionServices } from './session-services.js';

/**
 * What a new session needs. Without a worker it uses the caller's live one for the same profile and class, or starts
 * one.
 */
export interface CreateSessionInput extends StartInput {
  workerId?: string | null;
  /** What no other session has: it is not shared with others of its path and profile. Default none. */
  ownKey?: string;
}

/**
 * Creates a kernel session, or returns the live one of the same worker, path and profile, and waits until it is idle.
 * Needs the scope `execute` and `can_edit`.
 * @param options.signal ends the wait, as its time does; default none
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `invalid_request`,
 *   `invalid_path`, `invalid_ref`, `worker_not_live`, `quota_exceeded`, `runtime_unavailable`; `rate_limited`, `overloaded`;
 *   `session_starting` after `SessionManager.startTimeoutMs`, while the worker or the kernel goes on starting
 */
export async function createSession(
  services: SessionServices,
  ctx: RequestContext,
  spaceSlug: string,
  input: CreateSessionInput,
  { signal }: { signal?: AbortSignal } = {},
): Promise<CreatedSession> {
  const timeout = AbortSignal.timeout(services.sessions.startTimeoutMs);
  const deadline = signal ? AbortSignal.any([timeout, signal]) : timeout;
  const { plan, named } = await checkAll({
    plan: () => resolveStart(services, ctx, spaceSlug, input),
    named: () => (input.workerId ? namedWorker(services, ctx, spaceSlug, input, input.workerId) : null),
  });
  if (named && !isLive(named.status)) {
    throw new DomainError('worker_not_live', 'This worker has stopped; start a new one.');
  }
  const request = { plan, ownKey: input.ownKey, deadline };
  if (named) return openOn(services, request, named);
  const { worker } = await ensureWorker(services, ctx, plan);
  try {
    return await openOn(services, request, worker);
  } catch (error) {
    if (!(error instanceof FolderMissingError)) throw error;
    return openOn(services, request, (await ensureWorker(services, ctx, plan)).worker);
  }
}

async function openOn(
  services: SessionServices,
  { plan, ownKey, deadline }: { plan: StartPlan; ownKey: string | undefined; deadline: AbortSignal },
  worker: Worker,
): Promise<CreatedSession> {
  services.workers.assertReachable(worker.id);
  await untilReady(services, worker, deadline);
  const { session, created } = await findOrInsertSession(services, plan, worker, ownKey);
  if (created) {
    // It goes on when the deadline has passed: who tries again then waits for the same start.
    await rejectOnAbort(services.sessions.open(session), deadline).catch((error) => {
      throw deadline.aborted ? stillStarting('kernel') : error;
    });
  }
  return { session: await untilIdle(services, session, deadline), created };
}

async function namedWorker(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  { workspaceId }: StartInput,
  workerId: string,
): Promise<Worker> {
  const worker = await loadOwnWorker(services, ctx, spaceSlug, workerId);
  if (worker.workspaceId !== workspaceId.toLowerCase()) {
    throw invalidField('workerId', 'is a worker of another workspace', 'mismatch');
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
  assertOwnerOrAdmin(ctx, loaded, loaded.worker);
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
      // What its server printed is not for errors.
      sentenceOf(current.errorDetail ?? 'The worker stopped before it was ready.'),
    );
  };
  const ready = await waitFor(bus, 'worker', worker.id, check, signal);
  if (ready) return;
  const { progressMessage } = await prisma.worker.findUniqueOrThrow({ where: { id: worker.id } });
  throw stillStarting('worker', progressMessage);
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

/** @param progress what a start that takes long waits for, e.g. that no node has room */
function stillStarting(what: 'worker' | 'kernel', progress = ''): DomainError {
  const message = `The ${what} is still starting${progress ? ` (${progress})` : ''}; try again in a few seconds.`;
  return new DomainError('session_starting', message, { retryAfterSeconds: 5 });
}
