import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { RuntimeLimits } from '../config.js';
import { Periodic } from '../engines/events/periodic.js';
import type { LiveSessions } from './live-sessions.js';
import type { SessionRows } from './session-rows.js';

const defaultCheckMs = 10_000;
/** How much later than its row a session may have been watched. */
const touchMs = 60_000;

/** What a {@link KernelCuller} works with. */
export interface KernelCullerDeps {
  prisma: PrismaClient;
  rows: SessionRows;
  live: LiveSessions;
  log: Logger;
  limits: Pick<RuntimeLimits, 'kernelIdleMinutes'>;
  /** Ends the kernel of a session unless it has been used since `idleSince`. */
  cull(sessionId: string, idleSince: Date): Promise<void>;
  /** Milliseconds between two checks; default 10 s. */
  checkMs?: number;
}

/** Ends the kernels that are idle for too long. One timer checks all sessions by their rows. */
export class KernelCuller {
  readonly #checks: Periodic;
  /** How many watch a session. */
  readonly #viewers = new Map<string, number>();
  /** When sessions were watched last, until that is in their rows. */
  readonly #watchedAt = new Map<string, Date>();

  readonly #deps: KernelCullerDeps;

  constructor(deps: KernelCullerDeps) {
    this.#deps = deps;

    this.#checks = new Periodic(deps.checkMs ?? defaultCheckMs, () => this.#checkAll());
  }

  begin(): void {
    this.#checks.begin();
  }

  close(): Promise<void> {
    return this.#checks.close();
  }

  /**
   * Counts somebody who watches a session: it is not idle meanwhile.
   * @returns what to call, once, when they watch no more
   */
  viewerCame(sessionId: string): () => void {
    this.#viewers.set(sessionId, (this.#viewers.get(sessionId) ?? 0) + 1);
    return () => {
      const left = this.#viewers.get(sessionId)! - 1;
      if (left > 0) this.#viewers.set(sessionId, left);
      else this.#viewers.delete(sessionId);
      this.#watchedAt.set(sessionId, new Date());
    };
  }

  async #checkAll(): Promise<void> {
    const { prisma, live, limits, log } = this.#deps;
    const known = new Set(live.ids());
    for (const id of this.#watchedAt.keys()) if (!known.has(id)) this.#watchedAt.delete(id);
    if (limits.kernelIdleMinutes === 0) return;
    try {
      const rows = await prisma.session.findMany({
        where: { id: { in: [...known] }, status: 'idle', deletedAt: null },
        select: { id: true, lastActivityAt: true },
      });
      for (const { id, lastActivityAt } of rows) await this.#check(id, lastActivityAt ?? new Date());
    } catch (err) {
      log.warn({ err }, 'the idle kernels were not checked');
    }
  }

  async #check(sessionId: string, lastActivityAt: Date): Promise<void> {
    const { rows, cull, limits, log } = this.#deps;
    if (this.#viewers.has(sessionId)) this.#watchedAt.set(sessionId, new Date());
    const watchedAt = this.#watchedAt.get(sessionId);
    if (watchedAt && watchedAt.getTime() > lastActivityAt.getTime() + touchMs) {
      await rows.touch(sessionId, watchedAt);
    }
    const idleSince = watchedAt && watchedAt > lastActivityAt ? watchedAt : lastActivityAt;
    if (Date.now() - idleSince.getTime() < limits.kernelIdleMinutes * 60_000) return;
    await cull(sessionId, idleSince).catch((err) =>
      log.warn({ err, sessionId }, 'an idle kernel was not ended'),
    );
  }
}
