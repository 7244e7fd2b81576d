import type { Prisma, PrismaClient, SessionStatus } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** Writes the rows of sessions and publishes each change on the topic `session`. */
export class SessionRows {
  readonly #deps: { prisma: PrismaClient; bus: EventBus };

  constructor(deps: { prisma: PrismaClient; bus: EventBus }) {
    this.#deps = deps;
  }

  /**
   * Writes the status of a session; a deleted one keeps its own. Writes nothing when the session has this status and
   * reason already: so one that is idle after a restart of the gateway is not active by that.
   * @param statusReason for `status_reason`; default none
   */
  async setStatus(
    sessionId: string,
    status: SessionStatus,
    statusReason: string | null = null,
  ): Promise<void> {
    const { count } = await this.#deps.prisma.session.updateMany({
      where: {
        id: sessionId,
        deletedAt: null,
        OR: [{ status: { not: status } }, ...otherThan(statusReason)],
      },
      data: {
        ...{ status, statusReason },
        // The end of a kernel is no activity.
        ...(status === 'dead' ? {} : { lastActivityAt: new Date() }),
        // The next kernel counts from the beginning.
        ...(status === 'dead' || status === 'restarting' ? { executionCount: 0 } : {}),
      },
    });
    if (count > 0) this.#deps.bus.publish('session', sessionId, { sessionId });
  }

  /** Publishes a session whose kernel was connected or given up: who waits for it looks again. */
  announce(sessionId: string): void {
    this.#deps.bus.publish('session', sessionId, { sessionId });
  }

  /** Writes the kernel's counter of executed cells; not once that kernel has ended. */
  async setExecutionCount(sessionId: string, executionCount: number): Promise<void> {
    await this.#deps.prisma.session.updateMany({
      where: { id: sessionId, status: { in: ['idle', 'busy'] } },
      data: { executionCount, lastActivityAt: new Date() },
    });
    this.#deps.bus.publish('session', sessionId, { sessionId });
  }
}

/** Unlike SQL's `<>`, it also finds a null where a text is given. */
function otherThan(statusReason: string | null): Prisma.SessionWhereInput[] {
  if (statusReason === null) return [{ statusReason: { not: null } }];
  return [{ statusReason: null }, { statusReason: { not: statusReason } }];
}
