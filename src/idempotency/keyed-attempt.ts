import type { PrismaClient } from '../../prisma/generated/client/client.js';

/** An answer as it is stored. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/** How long a key stays blocked after the last renewal, in milliseconds. */
export const leaseMs = 120_000;
const renewMs = 30_000;
const keptMs = 24 * 60 * 60 * 1000;

/**
 * The first request with a key while it runs. It renews the lease of the key's row every 30 s until it ends; {@link end}
 * must be called.
 */
export class KeyedAttempt {
  readonly #table: PrismaClient['idempotencyKey'];
  readonly #row: { id: string; lease: string };
  readonly #timer: NodeJS.Timeout;

  /** @param row the row that this attempt has inserted */
  constructor(table: PrismaClient['idempotencyKey'], row: { id: string; lease: string }) {
    this.#table = table;
    this.#row = row;
    this.#timer = setInterval(() => this.#renew(), renewMs).unref();
  }

  /** Stores the answer for 24 hours, to repeat it. */
  async keep(answer: KeptAnswer): Promise<void> {
    await this.#table.updateMany({ where: this.#row, data: { ...answer, expiresAt: after(keptMs) } });
  }

  /** Ends the attempt. If no answer was stored, the key is free again. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    await this.#table.deleteMany({ where: { ...this.#row, status: null } });
  }

  #renew(): void {
    this.#table
      .updateMany({ where: { ...this.#row, status: null }, data: { expiresAt: after(leaseMs) } })
      // The lease is longer than the time between renewals, so the next renewal is still in time.
      .catch(() => undefined);
  }
}

/** The time that is so many milliseconds from now. */
export function after(ms: number): Date {
  return new Date(Date.now() + ms);
}
