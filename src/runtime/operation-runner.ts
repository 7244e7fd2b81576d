import { setTimeout as sleep } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { encodeAnswer, type ForwardedResult } from './forwarded-answer.js';
import { decodeRequest, type ForwardedRequest } from './forwarded-request.js';
import type { RuntimeOwnership } from './runtime-ownership.js';

/** What an {@link OperationRunner} works with. */
export interface OperationRunnerDeps {
  prisma: PrismaClient;
  bus: EventBus;
  log: Logger;
  ownership: RuntimeOwnership;
  /** Executes an operation as if its caller had sent it here. */
  execute(request: ForwardedRequest): Promise<ForwardedResult>;
}

/** How many operations of other gateways run at the same time; the others wait. */
export const maxRunning = 512;
/** The event of an operation comes sooner, but may get lost. */
const pollMs = 1_000;
const sweepMs = 60_000;
const maxTries = 5;
const retryMs = 200;
/** How long {@link OperationRunner.close} waits for operations; those of services that are closed end soon. */
const closeMs = 1_000;

/** Executes, in the owner of the runtime, the operations that other gateways forward. */
export class OperationRunner {
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #claiming: Promise<void> | undefined;
  #isClosed = false;
  #sweptAt = 0;
  #isDue = false;
  #unsubscribe: (() => void)[] = [];

  readonly #deps: OperationRunnerDeps;

  constructor(deps: OperationRunnerDeps) {
    this.#deps = deps;
  }

  /** From now on operations are executed while this process is the owner. */
  begin(): void {
    const { bus } = this.#deps;
    this.#unsubscribe = [
      bus.subscribe('operation', '*', () => this.#claim()),
      bus.onMissed(() => this.#claim()),
    ];
    this.#schedule();
  }

  /** Begins no more operations; the next owner does. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    clearTimeout(this.#timer);
    await this.#claiming;
  }

  /** Waits a second for the operations that were begun. */
  async close(): Promise<void> {
    await Promise.race([Promise.all(this.#running), sleep(closeMs, undefined, { ref: false })]);
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#claim();
      this.#schedule();
    }, pollMs);
    this.#timer.unref();
  }

  #claim(): void {
    this.#isDue = true;
    this.#claiming ??= this.#claimUntilDone().finally(() => {
      this.#claiming = undefined;
    });
  }

  /** Never rejects. */
  async #claimUntilDone(): Promise<void> {
    const { ownership, log } = this.#deps;
    while (this.#isDue && !this.#isClosed && ownership.isOwner && this.#running.size < maxRunning) {
      // An operation may come behind the look that goes on.
      this.#isDue = false;
      await this.#claimNow().catch((err) => log.debug({ err }, 'forwarded operations were not looked for'));
    }
  }

  async #claimNow(): Promise<void> {
    const { prisma, ownership } = this.#deps;
    const { epoch } = ownership;
    await this.#sweep();
    // The statement below writes, so it is for when there is something to claim.
    if (!(await prisma.forwardedOperation.findFirst({ where: { epoch: null }, select: { id: true } })))
      return;
    const claimed = await prisma.$queryRaw<{ id: string; request: string }[]>`
      WITH owned AS MATERIALIZED (
        SELECT 1 FROM "Installation" WHERE "key" = 1 AND "runtimeEpoch" = ${epoch} FOR SHARE),
      next AS MATERIALIZED (
        SELECT "id" FROM "ForwardedOperation" WHERE "epoch" IS NULL AND "expiresAt" > now()
        ORDER BY "createdAt" LIMIT ${maxRunning - this.#running.size} FOR UPDATE SKIP LOCKED)
      UPDATE "ForwardedOperation" o SET "epoch" = ${epoch} FROM next, owned WHERE o."id" = next."id"
      RETURNING o."id", o."request"`;
    for (const { id, request } of claimed) this.#track(this.#run(id, request));
  }

  /** Never rejects. */
  async #run(id: string, text: string): Promise<void> {
    const { prisma, bus, log } = this.#deps;
    const answer = await this.#answer(text);
    for (let tries = 1; tries <= maxTries; tries++) {
      try {
        await prisma.forwardedOperation.updateMany({ where: { id }, data: { answer } });
        bus.publish('operationAnswer', id, { operationId: id });
        return;
      } catch (err) {
        if (tries === maxTries) log.error({ err }, 'the answer to a forwarded operation was not written');
        else await sleep(retryMs);
      }
    }
  }

  async #answer(text: string): Promise<string> {
    const { log, execute } = this.#deps;
    let requestId: string | undefined;
    const report = (err: unknown) => log.error({ err, requestId }, 'a forwarded operation failed');
    try {
      const request = decodeRequest(text);
      requestId = request.requestId;
      return encodeAnswer(await execute(request), report);
    } catch (error) {
      const originalError = error instanceof Error ? error : new Error(String(error));
      return encodeAnswer({ errors: [new GraphQLError('', { originalError })] }, report);
    }
  }

  /** Removes what gateways left that ended while they waited. */
  async #sweep(): Promise<void> {
    if (performance.now() - this.#sweptAt < sweepMs) return;
    this.#sweptAt = performance.now();
    await this.#deps.prisma.$executeRaw`
      DELETE FROM "ForwardedOperation" WHERE "expiresAt" < now() - interval '1 minute'`;
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    work.finally(() => {
      const wasFull = this.#running.size >= maxRunning;
      this.#running.delete(work);
      if (wasFull) this.#claim();
    });
  }
}
