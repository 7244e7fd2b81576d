import type { PrismaClient, SessionStatus } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** Writes the rows of sessions and publishes each change on the topic `session`. */
export class SessionRows {
  readonly #deps: { prisma: PrismaClient; bus: EventBus };

  constructor(deps: { prisma: PrismaClient; bus: EventBus }) {
    this.#deps = deps;
  }

  /**
   * Writes the status of a session; a deleted one keeps its own.
   * @param statusReason for `status_reason`; default none
   */
  async setStatus(
    sessionId: string,
    status: SessionStatus,
    statusReason: string | null = null,
  ): Promise<void> {
    await this.#deps.prisma.session.updateMany({
      where: { id: sessionId, deletedAt: null },
      data: { status, statusReason, lastActivityAt: new Date() },
    });
    this.#deps.bus.publish('session', sessionId, { sessionId });
  }

  /** Writes the kernel's counter of executed cells. */
  async setExecutionCount(sessionId: string, executionCount: number): Promise<void> {
    await this.#deps.prisma.session.updateMany({
      where: { id: sessionId },
      data: { executionCount, lastActivityAt: new Date() },
    });
    this.#deps.bus.publish('session', sessionId, { sessionId });
  }
}
