import { Prisma, type Session, type SessionStatus } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { type OwnerTarget, ownedBy } from '../engines/database/owner-target.js';
import { shortOutageMs, untilAnswered } from '../engines/database/until-answered.js';
import type { EventBus } from '../engines/events/event-bus.js';

/**
 * Writes the rows of sessions, while this process is the owner of the runtime, and publishes each change on the topic
 * `session`.
 */
export class SessionRows {
  readonly #deps: OwnerTarget & { bus: EventBus };

  constructor(deps: OwnerTarget & { bus: EventBus }) {
    this.#deps = deps;
  }

  /**
   * Writes the status of a session; a deleted one keeps its own. Writes nothing when the session has this status and
   * reason already: so one that is idle after a restart of the gateway is not active by that.
   * @throws FormerOwnerError
   * @param statusReason for `status_reason`; default none
   */
  async setStatus(
    sessionId: string,
    status: SessionStatus,
    statusReason: string | null = null,
  ): Promise<void> {
    // The end of a kernel is no activity, and the next kernel counts from the beginning.
    const isActive = status !== 'dead';
    const isNewKernel = status === 'dead' || status === 'restarting';
    const write = () =>
      this.#write(
        sessionId,
        Prisma.sql`"status" = ${status}::"SessionStatus", "statusReason" = ${statusReason}::text,
        "lastActivityAt" = CASE WHEN ${isActive}::boolean THEN ${new Date()}::timestamptz ELSE "lastActivityAt" END,
        "executionCount" = CASE WHEN ${isNewKernel}::boolean THEN 0 ELSE "executionCount" END`,
        Prisma.sql`"deletedAt" IS NULL
        AND ("status" <> ${status}::"SessionStatus" OR "statusReason" IS DISTINCT FROM ${statusReason}::text)`,
      );
    let tries = 0;
    const isChanged = await untilAnswered(
      () => {
        tries += 1;
        return write();
      },
      { maxMs: shortOutageMs },
    );
    // An earlier try may have written it, and only its answer was lost.
    if (isChanged || tries > 1) this.announce(sessionId);
  }

  /**
   * Writes which kernel an open session has.
   * @param kernel.clientId of the connection to it; default that of the session
   * @param kernel.isKernelMoved whether it was moved from the folder that it was started in; default as it was
   * @returns false when the session is deleted
   * @throws FormerOwnerError
   */
  async setKernel(
    sessionId: string,
    kernel: Pick<Session, 'kernelId' | 'spoolId'> & Partial<Pick<Session, 'clientId' | 'isKernelMoved'>>,
  ): Promise<boolean> {
    const { kernelId, spoolId, clientId = null, isKernelMoved = null } = kernel;
    return this.#write(
      sessionId,
      Prisma.sql`"kernelId" = ${kernelId}::text, "spoolId" = ${spoolId}::text,
        "clientId" = COALESCE(${clientId}::uuid, "clientId"),
        "isKernelMoved" = COALESCE(${isKernelMoved}::boolean, "isKernelMoved")`,
      Prisma.sql`"deletedAt" IS NULL`,
    );
  }

  /**
   * Writes that the kernel of a session, also of a deleted one, was removed from its server, or is going to be, and the ends of
   * all that it ran are written.
   * @throws FormerOwnerError
   */
  async forgetKernel(sessionId: string): Promise<void> {
    await this.#write(sessionId, Prisma.sql`"kernelId" = NULL`);
  }

  /** Takes {@link forgetKernel} back, if the session has no other kernel. @throws FormerOwnerError */
  async keepKernel(sessionId: string, kernelId: string): Promise<void> {
    await this.#write(sessionId, Prisma.sql`"kernelId" = ${kernelId}::text`, Prisma.sql`"kernelId" IS NULL`);
  }

  /** Writes when somebody watched a session last, without an event. @throws FormerOwnerError */
  async touch(sessionId: string, lastActivityAt: Date): Promise<void> {
    await this.#write(sessionId, Prisma.sql`"lastActivityAt" = ${lastActivityAt}::timestamptz`);
  }

  /** Lets a new session have the key of a dead one. @throws FormerOwnerError */
  async releaseKey(sessionId: string): Promise<void> {
    await this.#write(sessionId, Prisma.sql`"liveKey" = NULL`, Prisma.sql`"status" = 'dead'`);
  }

  /** Writes that a session is deleted, once; without an event, as its kernel has not ended yet. @throws FormerOwnerError */
  async markDeleted(sessionId: string): Promise<void> {
    await this.#write(
      sessionId,
      Prisma.sql`"deletedAt" = ${new Date()}::timestamptz, "status" = 'dead', "statusReason" = 'deleted',
        "liveKey" = NULL`,
      Prisma.sql`"deletedAt" IS NULL`,
    );
  }

  /** Publishes a session whose kernel was connected or given up: who waits for it looks again. */
  announce(sessionId: string): void {
    this.#deps.bus.publish('session', sessionId, { sessionId });
  }

  /** Writes the kernel's counter of executed cells; not once that kernel has ended. @throws FormerOwnerError */
  async setExecutionCount(sessionId: string, executionCount: number): Promise<void> {
    const write = () =>
      this.#write(
        sessionId,
        Prisma.sql`"executionCount" = ${executionCount}::int, "lastActivityAt" = ${new Date()}::timestamptz`,
        Prisma.sql`"status" IN ('idle', 'busy')`,
      );
    await untilAnswered(write, { maxMs: shortOutageMs });
    this.announce(sessionId);
  }

  /** @returns whether the row was changed: it exists, and `where` holds */
  async #write(sessionId: string, set: Prisma.Sql, where = Prisma.sql`true`): Promise<boolean> {
    const { prisma, epoch } = this.#deps;
    const [found] = await prisma.$queryRaw<{ owned: bigint; changed: bigint }[]>`
      WITH ${ownedBy(epoch())}, changed AS (
        UPDATE "Session" SET ${set} FROM owned WHERE "id" = ${sessionId}::uuid AND ${where} RETURNING 1)
      SELECT (SELECT count(*) FROM owned) AS "owned", (SELECT count(*) FROM changed) AS "changed"`;
    if (!found!.owned) throw new FormerOwnerError();
    return found!.changed > 0;
  }
}
