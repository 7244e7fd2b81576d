import type { Prisma, PrismaClient, WorkerStatus } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** Writes the rows of workers and publishes each change on the topic `worker`. */
export class WorkerRows {
  readonly #deps: { prisma: PrismaClient; bus: EventBus };

  constructor(deps: { prisma: PrismaClient; bus: EventBus }) {
    this.#deps = deps;
  }

  /**
   * Changes the row of a worker that has one of the statuses `from`.
   * @returns false when it has another status: a worker that has ended never becomes live again
   */
  async update(
    workerId: string,
    from: readonly WorkerStatus[],
    data: Prisma.WorkerUpdateManyMutationInput,
  ): Promise<boolean> {
    const where = { id: workerId, status: { in: [...from] } };
    const { count } = await this.#deps.prisma.worker.updateMany({ where, data });
    if (count > 0) this.#deps.bus.publish('worker', workerId, { workerId });
    return count > 0;
  }

  /** Writes when a live worker was in use last, without an event. */
  async touch(workerId: string, lastActivityAt: Date): Promise<void> {
    const where = { id: workerId, status: { in: ['ready' as const, 'busy' as const] } };
    await this.#deps.prisma.worker.updateMany({ where, data: { lastActivityAt } });
  }
}
