import { createHash, randomUUID } from 'node:crypto';
import type { IdempotencyKey, PrismaClient } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { uniqueViolation } from '../engines/database/unique-violation.js';
import { DomainError } from '../errors.js';
import { authorizeRepeat } from './authorize-repeat.js';

/** An answer as it is kept. */
interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/** A request that carries a key. */
interface KeyedRequest {
  key: string;
  method: string;
  path: string;
  body: Uint8Array;
  mutation: string;
  params: Record<string, string>;
}

const leaseMs = 120_000;
const renewMs = 30_000;
const keptMs = 24 * 60 * 60 * 1000;
const mostDeleted = 100;
const mostTries = 5;

/**
 * Keeps the answers to requests with an `Idempotency-Key`, by caller, method and path, for 24 hours. A row is inserted
 * before the request is run; its lease is renewed meanwhile, so that a crash blocks the key for 2 minutes at most.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function createIdempotencyStore({ prisma }: { prisma: PrismaClient }) {
  const table = prisma.idempotencyKey;

  async function insert(id: string, bodyHash: string, lease: string): Promise<boolean> {
    try {
      await table.create({ data: { id, bodyHash, lease, expiresAt: after(leaseMs) } });
      return true;
    } catch (error) {
      if (!uniqueViolation(error)) throw error;
      return false;
    }
  }

  async function deleteExpired(): Promise<void> {
    const expired = { expiresAt: { lte: new Date() } };
    const rows = await table.findMany({ where: expired, take: mostDeleted, select: { id: true } });
    if (rows.length > 0)
      await table.deleteMany({ where: { ...expired, id: { in: rows.map((row) => row.id) } } });
  }

  function attempt(id: string, lease: string) {
    const mine = { id, lease };
    // A failed renewal is made up for by the next; the last one that works counts.
    const renew = () =>
      void table
        .updateMany({ where: { ...mine, status: null }, data: { expiresAt: after(leaseMs) } })
        .catch(() => undefined);
    const timer = setInterval(renew, renewMs);
    timer.unref();
    return {
      async keep(answer: KeptAnswer): Promise<void> {
        await table.updateMany({ where: mine, data: { ...answer, expiresAt: after(keptMs) } });
      },
      async end(): Promise<void> {
        clearInterval(timer);
        await table.deleteMany({ where: { ...mine, status: null } });
      },
    };
  }

  return {
    /**
     * Begins a request, or answers what the same one was answered before.
     * @throws DomainError `idempotency_key_reused`, `idempotency_in_progress`, and those of {@link authorizeRepeat}
     */
    async begin(
      ctx: RequestContext,
      request: KeyedRequest,
    ): Promise<{ repeat: KeptAnswer } | { attempt: ReturnType<typeof attempt> }> {
      const id = rowId(ctx, request);
      const bodyHash = createHash('sha256').update(request.body).digest('hex');
      const lease = randomUUID();
      await deleteExpired();
      for (let tries = 0; tries < mostTries; tries++) {
        if (await insert(id, bodyHash, lease)) return { attempt: attempt(id, lease) };
        const found = await table.findUnique({ where: { id } });
        if (!found) continue;
        if (found.expiresAt <= new Date()) {
          await table.deleteMany({ where: { id, lease: found.lease, expiresAt: found.expiresAt } });
          continue;
        }
        // First, so that nobody learns of a body or an answer that they may not see.
        await authorizeRepeat({ prisma }, ctx, request);
        return { repeat: answerOf(found, bodyHash) };
      }
      throw inProgress();
    },
  };
}

/** The scopes are part of it: a token that may do less does not get what one that may do more was answered. */
function rowId(ctx: RequestContext, { key, method, path }: KeyedRequest): string {
  const caller = [ctx.actor.userId, ...[...ctx.actor.scopes].sort()];
  return createHash('sha256')
    .update(JSON.stringify([caller, method, path, key]))
    .digest('hex');
}

function answerOf(row: IdempotencyKey, bodyHash: string): KeptAnswer {
  if (row.bodyHash !== bodyHash) {
    throw new DomainError(
      'idempotency_key_reused',
      'This Idempotency-Key was used with another body; use a new key for a new request.',
    );
  }
  if (row.status === null || row.body === null) throw inProgress();
  return { status: row.status, headers: row.headers as Record<string, string>, body: row.body };
}

function inProgress(): DomainError {
  return new DomainError(
    'idempotency_in_progress',
    'The first request with this Idempotency-Key is still under way; try again later.',
    { retryAfterSeconds: 1 },
  );
}

function after(ms: number): Date {
  return new Date(Date.now() + ms);
}
