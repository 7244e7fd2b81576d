import { randomUUID } from 'node:crypto';
import type { Session, Worker } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import type { OwnerTarget } from '../engines/database/owner-target.js';
import { takenOver } from '../engines/database/taken-over.js';
import { uniqueViolation } from '../engines/database/unique-violation.js';
import { DomainError } from '../errors.js';
import { pathHash } from '../notebooks/path-hash.js';
import { insertAsOwner } from '../workers/insert-as-owner.js';
import type { StartPlan } from '../workers/resolve-start.js';
import { SessionRows } from './session-rows.js';
import type { SessionServices } from './session-services.js';

/** How often an insert is tried while other requests create and delete the same session. */
const maxInserts = 5;

/** A live session, and whether this request created it. */
export interface CreatedSession {
  session: Session;
  created: boolean;
}

/**
 * Finds the live session of a worker, a path and a kernel profile, or inserts its row.
 * @param ownKey what the session has in common with no other; default none: one for each worker, path and profile
 * @throws DomainError `workspace_archived`, `rate_limited`, `overloaded`; `runtime_unavailable` when another gateway has taken
 *   over the kernels; `session_starting` when other requests create and delete the session meanwhile
 */
export async function findOrInsertSession(
  services: SessionServices,
  plan: StartPlan,
  worker: Worker,
  ownKey?: string,
): Promise<CreatedSession> {
  const { prisma } = services;
  const liveKey = ownKey ?? `${worker.id}:${plan.profile.id}:${plan.path ? pathHash(plan.path) : ''}`;
  for (let attempt = 0; attempt < maxInserts; attempt++) {
    const found = await prisma.session.findUnique({ where: { liveKey } });
    if (found && found.status !== 'dead') return { session: found, created: false };
    if (found) await releaseKey(services, found.id);
    services.sessions.slots.assertRoom(worker.userId);
    const inserted = await insertSession(services, plan, worker, liveKey);
    if (inserted) return { session: inserted, created: true };
    const other = await prisma.session.findUnique({ where: { liveKey } });
    if (other) return { session: other, created: false };
    // The session of the other request was deleted meanwhile.
  }
  throw new DomainError(
    'session_starting',
    'Other requests created and deleted this session meanwhile; try again in a few seconds.',
    { retryAfterSeconds: 5 },
  );
}

async function releaseKey(services: SessionServices, deadId: string): Promise<void> {
  await new SessionRows(services).releaseKey(deadId).catch((error) => {
    throw error instanceof FormerOwnerError ? takenOver('nothing was started', error) : error;
  });
}

/** Null when another request inserted a session with the same key first. */
async function insertSession(
  services: OwnerTarget,
  plan: StartPlan,
  worker: Worker,
  liveKey: string,
): Promise<Session | null> {
  const id = randomUUID();
  const data = {
    id,
    workspaceId: plan.workspace.id,
    workerId: worker.id,
    userId: worker.userId,
    branch: worker.branch,
    path: plan.path,
    kernelProfileId: plan.profile.id,
    kernelName: plan.profile.kernelName,
    liveKey,
  };
  try {
    return await insertAsOwner(services, plan.workspace.id, {
      insert: (tx) => tx.session.create({ data }),
      find: (tx) => tx.session.findUnique({ where: { id } }),
    });
  } catch (error) {
    if (uniqueViolation(error)) return null;
    throw error;
  }
}
