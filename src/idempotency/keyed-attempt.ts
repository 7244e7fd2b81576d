import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { isOutage, shortOutageMs, untilAnswered } from '../engines/database/until-answered.js';

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
 * The first request with a key while it runs. It renews the lease of the key's row every 30 s until it ends and its answer is
 * stored; {@link end} must be called.
 */
export class KeyedAttempt {
  readonly #table: PrismaClient['idempotencyKey'];
  readonly #row: { id: string; lease: string };
  readonly #timer: NodeJS.Timeout;
  /** The command of the request was done: it must not be done again for the same key. */
  #isDone = false;
  /** Whether the answer is still being stored, in the background. */
  #isKeeping = false;

  /** @param row the row that this attempt has inserted */
  constructor(table: PrismaClient['idempotencyKey'], row: { id: string; lease: string }) {
    this.#table = table;
    this.#row = row;
    this.#timer = setInterval(() => this.#renew(), renewMs).unref();
  }

  /**
   * Stores the answer for 24 hours, to repeat it. In an outage of the database this is tried for 5 minutes in the background;
   * until then the request is still in progress for those who repeat it.
   * @throws what the database throws after a short outage
   */
  async keep(answer: KeptAnswer): Promise<void> {
    this.#isDone = true;
    const write = () =>
      this.#table.updateMany({ where: this.#row, data: { ...answer, expiresAt: after(keptMs) } });
    try {
      await untilAnswered(write, { maxMs: shortOutageMs });
    } catch (error) {
      if (isOutage(error)) this.#keepLater(write);
      throw error;
    }
  }

  /** Ends the attempt. If its command was not done, the key is free again; if its answer was lost, when the lease ends. */
  async end(): Promise<void> {
    if (!this.#isKeeping) clearInterval(this.#timer);
    if (!this.#isDone) await this.#table.deleteMany({ where: { ...this.#row, status: null } });
  }

  /** The lease is renewed meanwhile. The caller has reported the error already. */
  #keepLater(write: () => Promise<unknown>): void {
    this.#isKeeping = true;
    void untilAnswered(write)
      .catch(() => undefined)
      .finally(() => clearInterval(this.#timer));
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
