import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { untilAnswered } from '../engines/database/until-answered.js';
import type { DurablePositions } from './durable-positions.js';

/** What {@link OutputOwners} work with. */
export interface OutputOwnersDeps {
  prisma: PrismaClient;
  sessionId: string;
  positions: DurablePositions;
}

/** What stands for events whose execution is not found yet among the positions of their kernel. */
const unowned = 'of no execution yet';

/**
 * Finds the executions of what one kernel sends outside of runs. Output of the newest run needs the database after a connection
 * to a kernel that ran code before. Then all events wait for it, in their order: the spool of the relay bounds them.
 */
export class OutputOwners {
  readonly #deps: OutputOwnersDeps;
  #newest: string | undefined;
  #finding: Promise<void> | undefined;

  constructor(deps: OutputOwnersDeps) {
    this.#deps = deps;
  }

  /**
   * Finds an owner. Never throws.
   * @param parentId of the request that caused an event; undefined for the newest that runs code
   * @param position of its message in the spool of the relay; default none
   * @param take gets the parent: immediately where it is known and nothing waits
   */
  find(parentId: string | undefined, position: number | undefined, take: (parentId: string) => void): void {
    const known = parentId ?? this.#newest;
    if (known !== undefined && !this.#finding) {
      take(known);
      return;
    }
    const { positions } = this.#deps;
    if (position !== undefined) positions.received(unowned, position);
    const before = this.#finding ?? Promise.resolve();
    const finding = before
      .then(async () => {
        take(parentId ?? (await this.#findNewest(position)));
        if (position !== undefined) positions.written(unowned, position);
      })
      // Without the database the relay keeps the message for the next connection.
      .catch(() => {})
      .finally(() => {
        if (this.#finding === finding) this.#finding = undefined;
      });
    this.#finding = finding;
  }

  /** Resolves when nothing waits. Never rejects. */
  async found(): Promise<void> {
    await this.#finding;
  }

  /**
   * The newest execution that the kernel had begun when it sent the message at a position; empty when there is none. With a
   * relay its log has a message of the kernel before that one: the end of one that was cancelled in the queue has no position.
   */
  async #findNewest(position: number | undefined): Promise<string> {
    const { prisma, sessionId } = this.#deps;
    const hasBegun =
      position === undefined
        ? { startedAt: { not: null } }
        : { events: { some: { position: { lt: position } } } };
    this.#newest ??= await untilAnswered(async () => {
      const execution = await prisma.execution.findFirst({
        where: { sessionId, ...hasBegun },
        orderBy: { position: 'desc' },
        select: { id: true },
      });
      return execution?.id ?? '';
    });
    return this.#newest;
  }
}
