import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { DomainError } from '../errors.js';
import { encodeRequest, type ForwardedRequest } from './forwarded-request.js';
import { maxRunning } from './operation-runner.js';

/** What an {@link OperationForwarder} works with. */
export interface OperationForwarderDeps {
  prisma: PrismaClient;
  bus: EventBus;
  log: Logger;
  /** In milliseconds; a little more than the time that any operation may take. */
  deadlineMs: number;
}

/** How many operations of one process may wait for the owner. */
const maxWaiting = 512;
const maxChars = 64 * 1024 * 1024;
/** The event of an answer comes sooner, but may get lost. */
const pollMs = 1_000;
/** Another gateway takes over within this time when the owner dies. */
const maxUnbegunMs = 10_000;

interface Waiting {
  since: number;
  answer(text: string): void;
  refuse(error: DomainError): void;
}

interface Found {
  id: string;
  answer: string | null;
  isBegun: boolean;
  /** Whether the owner that began it has ended. */
  isOrphan: boolean;
  isLate: boolean;
}

/** Hands operations to the owner of the runtime, in the database, and waits for their answers. */
export class OperationForwarder {
  readonly #waiting = new Map<string, Waiting>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isDue = false;
  readonly #unsubscribe: (() => void)[];

  readonly #deps: OperationForwarderDeps;

  constructor(deps: OperationForwarderDeps) {
    this.#deps = deps;
    this.#unsubscribe = [
      deps.bus.subscribe('operationAnswer', '*', ({ operationId }) => {
        if (this.#waiting.has(operationId)) this.#look();
      }),
      deps.bus.onMissed(() => this.#look()),
    ];
  }

  /**
   * Hands an operation over.
   * @param left aborts when the caller has left: what the owner has not begun is taken back
   * @returns the text of the answer, see `decodeAnswer`
   * @throws DomainError `runtime_unavailable` when no gateway runs the kernels for 10 s, or the one that began it has ended
   *   or does not answer in time; `overloaded` when too many wait here, or it waits for 10 s because the owner runs as many as it
   *   may; `payload_too_large`
   */
  async forward(request: ForwardedRequest, left?: AbortSignal): Promise<string> {
    const { prisma, bus, deadlineMs } = this.#deps;
    if (left?.aborted) throw callerLeft();
    if (this.#waiting.size >= maxWaiting) throw tooMany();
    const text = encodeRequest(request);
    if (text.length > maxChars) throw tooLarge();
    const id = randomUUID();
    const leave = () => void this.#takeBack(id, callerLeft());
    try {
      return await new Promise<string>((answer, refuse) => {
        this.#waiting.set(id, { since: performance.now(), answer, refuse });
        left?.addEventListener('abort', leave, { once: true });
        prisma.$executeRaw`
          INSERT INTO "ForwardedOperation" ("id", "request", "expiresAt")
          VALUES (${id}::uuid, ${text}, now() + ${deadlineMs / 1000} * interval '1 second')`.then(() => {
          bus.publish('operation', id, { operationId: id });
          this.#schedule();
        }, refuse);
      });
    } finally {
      left?.removeEventListener('abort', leave);
      this.#waiting.delete(id);
    }
  }

  /** Refuses what waits, and takes back what the owner has not begun. */
  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearTimeout(this.#timer);
    await this.#looking;
    const stopped = new DomainError('gateway_restarted', 'The gateway stops; try again.');
    await Promise.all([...this.#waiting.keys()].map((id) => this.#takeBack(id, stopped)));
    for (const { refuse } of this.#waiting.values()) refuse(stopped);
  }

  #schedule(): void {
    if (this.#waiting.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, pollMs);
  }

  #look(): void {
    this.#isDue = true;
    this.#looking ??= this.#lookUntilDone().finally(() => {
      this.#looking = undefined;
      this.#schedule();
    });
  }

  /** Never rejects. */
  async #lookUntilDone(): Promise<void> {
    while (this.#isDue && this.#waiting.size > 0) {
      // An answer may come behind the look that goes on.
      this.#isDue = false;
      await this.#lookNow().catch((err) =>
        this.#deps.log.debug({ err }, 'forwarded operations were not looked for'),
      );
      this.#refuseForgotten();
    }
  }

  async #lookNow(): Promise<void> {
    const { prisma } = this.#deps;
    const found = await prisma.$queryRaw<Found[]>`
      SELECT o."id", o."answer", o."epoch" IS NOT NULL AS "isBegun",
        COALESCE(o."epoch" < i."runtimeEpoch", false) AS "isOrphan", o."expiresAt" < now() AS "isLate"
      FROM "ForwardedOperation" o, "Installation" i WHERE o."id" = ANY(${[...this.#waiting.keys()]}::uuid[])`;
    const over = found.filter(({ answer, isOrphan, isLate }) => answer !== null || isOrphan || isLate);
    for (const { id, answer } of over) {
      if (answer === null) this.#waiting.get(id)?.refuse(notAnswered());
      else this.#waiting.get(id)?.answer(answer);
    }
    if (over.length > 0)
      await prisma.forwardedOperation.deleteMany({ where: { id: { in: over.map(({ id }) => id) } } });
    const unbegun = found.filter((one) => !one.isBegun && this.#hasWaited(one.id, maxUnbegunMs));
    if (unbegun.length === 0) return;
    const isBusy = await this.#isOwnerBusy();
    for (const { id } of unbegun) await this.#takeBack(id, isBusy ? ownerBusy() : noOwner());
  }

  /** Whether the owner lives and has too much to do. Not all that it may run: some may have ended just now. */
  async #isOwnerBusy(): Promise<boolean> {
    const [found] = await this.#deps.prisma.$queryRaw<{ running: bigint }[]>`
      SELECT count(*) AS "running" FROM "ForwardedOperation" o, "Installation" i
      WHERE o."epoch" = i."runtimeEpoch" AND o."answer" IS NULL AND o."expiresAt" > now()`;
    return Number(found!.running) >= maxRunning / 2;
  }

  /** Removes an operation that the owner has not begun, and refuses it. One that it has begun goes on. */
  async #takeBack(id: string, error: DomainError): Promise<void> {
    const where = { id, epoch: null };
    const { count } = await this.#deps.prisma.forwardedOperation
      .deleteMany({ where })
      .catch(() => ({ count: 0 }));
    if (count > 0) this.#waiting.get(id)?.refuse(error);
  }

  /** Those whose rows do not say anything, as while the database does not answer. */
  #refuseForgotten(): void {
    for (const [id, { refuse }] of this.#waiting)
      if (this.#hasWaited(id, this.#deps.deadlineMs + maxUnbegunMs)) refuse(notAnswered());
  }

  #hasWaited(id: string, ms: number): boolean {
    const waiting = this.#waiting.get(id);
    return waiting !== undefined && performance.now() - waiting.since > ms;
  }
}

function noOwner(): DomainError {
  const message = 'No gateway runs the kernels at the moment, and nothing was done; try again.';
  return new DomainError('runtime_unavailable', message, { retryAfterSeconds: 2 });
}

function ownerBusy(): DomainError {
  const message =
    'The gateway that runs the kernels has too many requests to work on, and nothing was done; try again.';
  return new DomainError('overloaded', message, { retryAfterSeconds: 5 });
}

function notAnswered(): DomainError {
  return new DomainError(
    'runtime_unavailable',
    'The gateway that runs the kernels ended while it worked on this; look whether it was done before you try again.',
    { retryAfterSeconds: 2 },
  );
}

function callerLeft(): DomainError {
  return new DomainError('runtime_unavailable', 'The request was cancelled; send it again.');
}

function tooMany(): DomainError {
  const message = 'Too many requests wait for the gateway that runs the kernels; try again.';
  return new DomainError('overloaded', message, { retryAfterSeconds: 2 });
}

function tooLarge(): DomainError {
  return new DomainError('payload_too_large', 'The operation is too large; send it in parts.');
}
