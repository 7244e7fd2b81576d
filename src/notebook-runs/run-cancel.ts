import type { PrismaService } from '../engines/database/prisma-service.js';
import { untilAnswered } from '../engines/database/until-answered.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** Finds out that somebody asks to cancel a run, until it is closed. */
export class RunCancel {
  readonly #asked = new AbortController();
  readonly #read: () => Promise<boolean>;
  readonly #closing: AbortSignal;
  readonly #leave: (() => void)[];

  /** @param closing aborts when the gateway stops */
  constructor({ prisma, bus }: PrismaService & { bus: EventBus }, runId: string, closing: AbortSignal) {
    const where = { id: runId, cancelledAt: { not: null } };
    this.#read = async () => (await prisma.notebookRun.count({ where })) > 0;
    this.#closing = closing;
    const look = () => this.look();
    this.#leave = [bus.subscribe('notebookRun', runId, look), bus.onMissed(look)];
    look();
  }

  /** Aborts once somebody has asked. */
  get signal(): AbortSignal {
    return this.#asked.signal;
  }

  /** Looks whether somebody has asked, in case no event said so. */
  look(): void {
    void untilAnswered(this.#read, { signal: this.#closing }).then(
      (isAsked) => isAsked && this.#asked.abort(),
      () => {},
    );
  }

  close(): void {
    for (const leave of this.#leave) leave();
  }
}
