import { Prisma, type Worker, type WorkerStatus } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { type OwnerTarget, ownedBy } from '../engines/database/owner-target.js';
import { shortOutageMs, untilAnswered } from '../engines/database/until-answered.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** Columns of a worker with their new values. */
export type WorkerChange = Partial<Omit<Worker, 'id' | 'backend' | 'resourceClass'>>;

/**
 * Writes the rows of workers, while this process is the owner of the runtime, and publishes each change on the topic
 * `worker`.
 */
export class WorkerRows {
  readonly #deps: OwnerTarget & { bus: EventBus };

  constructor(deps: OwnerTarget & { bus: EventBus }) {
    this.#deps = deps;
  }

  /**
   * Changes the row of a worker that has one of the statuses `from`.
   * @returns false when it has another status: a worker that has ended never becomes live again
   * @throws FormerOwnerError
   */
  async update(workerId: string, from: readonly WorkerStatus[], change: WorkerChange): Promise<boolean> {
    const isChanged = await this.#write(workerId, from, change);
    if (isChanged) this.#deps.bus.publish('worker', workerId, { workerId });
    return isChanged;
  }

  /**
   * Does what {@link update} does, and repeats it for a short outage.
   * @returns also true when an earlier try has written the new status, and only its answer was lost
   * @throws FormerOwnerError
   */
  updateStatus(
    workerId: string,
    from: readonly WorkerStatus[],
    change: WorkerChange & Pick<Worker, 'status'>,
  ): Promise<boolean> {
    let allowed = from;
    const write = () => {
      const isChanged = this.update(workerId, allowed, change);
      allowed = [...from, change.status];
      return isChanged;
    };
    return untilAnswered(write, { maxMs: shortOutageMs });
  }

  /** Writes when a live worker was in use last, without an event. @throws FormerOwnerError */
  async touch(workerId: string, lastActivityAt: Date): Promise<void> {
    await this.#write(workerId, ['ready', 'busy'], { lastActivityAt });
  }

  async #write(workerId: string, from: readonly WorkerStatus[], change: WorkerChange): Promise<boolean> {
    const { prisma, epoch } = this.#deps;
    const columns = Object.entries(change).map(([column, value]) => {
      const cast = column === 'status' ? Prisma.sql`::"WorkerStatus"` : Prisma.empty;
      return Prisma.sql`${Prisma.raw(`"${column}"`)} = ${value}${cast}`;
    });
    const [found] = await prisma.$queryRaw<{ owned: bigint; changed: bigint }[]>`
      WITH ${ownedBy(epoch())}, changed AS (
        UPDATE "Worker" SET ${Prisma.join(columns)} FROM owned
        WHERE "id" = ${workerId}::uuid AND "status" = ANY (${from}::"WorkerStatus"[]) RETURNING 1)
      SELECT (SELECT count(*) FROM owned) AS "owned", (SELECT count(*) FROM changed) AS "changed"`;
    if (!found!.owned) throw new FormerOwnerError();
    return found!.changed > 0;
  }
}
