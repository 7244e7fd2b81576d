import { createHash, randomUUID } from 'node:crypto';
import type { IdempotencyKey, PrismaClient } from '../../prisma/generated/client/client.js';
import type { RepeatedRequest } from '../access/repeated-request.js';
import type { RequestContext } from '../context.js';
import { uniqueViolation } from '../engines/database/unique-violation.js';
import { DomainError } from '../errors.js';
import { authorizeRepeat, type RepeatableOperation } from './authorize-repeat.js';
import { after, type KeptAnswer, KeyedAttempt, leaseMs } from './keyed-attempt.js';

/** A request with an `Idempotency-Key`. */
export interface KeyedRequest {
  key: string;
  method: string;
  path: string;
  body: Uint8Array;
  /** The GraphQL field that the request runs. */
  operation: RepeatableOperation;
  /** What the path and the body name, to authorize the caller. */
  names: RepeatedRequest;
}

/** The stored answer of the first request with a key, or the attempt that is now the first one. */
export type BegunRequest = { repeat: KeptAnswer } | { attempt: KeyedAttempt };

const maxDeleted = 100;
const maxTries = 5;

/**
 * Stores the answers to requests with an `Idempotency-Key` for 24 hours, by caller, method and path. The row of a key is
 * inserted before its request runs. It has a lease that is renewed while the request runs, so that a crash blocks the key
 * for at most 2 minutes.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export class IdempotencyStore {
  readonly #prisma: PrismaClient;

  constructor({ prisma }: { prisma: PrismaClient }) {
    this.#prisma = prisma;
  }

  /**
   * Begins a request, or returns the stored answer of an equal one.
   * @throws DomainError `idempotency_key_reused`, `idempotency_in_progress`, and as {@link authorizeRepeat}
   */
  async begin(ctx: RequestContext, request: KeyedRequest): Promise<BegunRequest> {
    const table = this.#prisma.idempotencyKey;
    const id = rowId(ctx, request);
    const bodyHash = createHash('sha256').update(request.body).digest('hex');
    const lease = randomUUID();
    await this.#deleteExpired();
    for (let tries = 0; tries < maxTries; tries++) {
      if (await this.#insert(id, bodyHash, lease)) return { attempt: new KeyedAttempt(table, { id, lease }) };
      const found = await table.findUnique({ where: { id } });
      if (!found) continue;
      if (found.expiresAt <= new Date()) {
        await table.deleteMany({ where: { id, lease: found.lease, expiresAt: found.expiresAt } });
        continue;
      }
      // Comes first, so that nobody learns about a body or an answer that they may not see.
      await authorizeRepeat({ prisma: this.#prisma }, ctx, request);
      return { repeat: storedAnswer(found, bodyHash) };
    }
    throw inProgress();
  }

  async #insert(id: string, bodyHash: string, lease: string): Promise<boolean> {
    try {
      await this.#prisma.idempotencyKey.create({ data: { id, bodyHash, lease, expiresAt: after(leaseMs) } });
      return true;
    } catch (error) {
      if (!uniqueViolation(error)) throw error;
      return false;
    }
  }

  async #deleteExpired(): Promise<void> {
    const table = this.#prisma.idempotencyKey;
    const expired = { expiresAt: { lte: new Date() } };
    const rows = await table.findMany({ where: expired, take: maxDeleted, select: { id: true } });
    if (rows.length > 0)
      await table.deleteMany({ where: { ...expired, id: { in: rows.map((row) => row.id) } } });
  }
}

/** It includes the scopes: a token with fewer scopes must not get the answer for a token with more. */
function rowId(ctx: RequestContext, { key, method, path }: KeyedRequest): string {
  const caller = [ctx.actor.userId, ...[...ctx.actor.scopes].sort()];
  return createHash('sha256')
    .update(JSON.stringify([caller, method, path, key]))
    .digest('hex');
}

function storedAnswer(row: IdempotencyKey, bodyHash: string): KeptAnswer {
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
    'The first request with this Idempotency-Key is still running; try again later.',
    { retryAfterSeconds: 1 },
  );
}
