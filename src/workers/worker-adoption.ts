import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { PrismaClient, Worker } from '../../prisma/generated/client/client.js';
import { DoublingWait } from '../engines/events/doubling-wait.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import { sharedAbort } from '../engines/events/shared-abort.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { EndedServer, RunningServers, WorkerBackend } from './backend.js';
import { backendOf } from './backend-of.js';
import type { WorkerServer } from './live-worker.js';
import type { Strays } from './strays.js';
import { endedUnwatched } from './worker-exit.js';
import type { WorkerFailure } from './worker-failure.js';
import type { WorkerShutdown } from './worker-shutdown.js';
import { liveStatuses } from './worker-status.js';

/** How long the start of the gateway waits for the answer of a backend; it goes on asking in the background then. */
const firstAnswerMs = 5_000;
const answerMs = 30_000;
/** How long the start waits for the ends of workers, which go on then: the server of one may be on a silent node. */
const endsMs = 10_000;
const closeMs = 5_000;
const firstRetryMs = 200;
const maxRetryMs = 5_000;
const maxConcurrent = 8;

const interrupted: WorkerFailure = {
  reason: 'start_failed',
  detail: 'The gateway stopped while this worker started; start it again.',
};

/** What a {@link WorkerAdoption} works with. */
export interface WorkerAdoptionDeps {
  prisma: PrismaClient;
  backends: WorkerBackend[];
  shutdown: WorkerShutdown;
  strays: Strays;
  log: Logger;
  /** Makes a ready or busy worker a live one of this process. */
  adopt(worker: Worker, server: WorkerServer): Promise<void>;
}

/** A worker of which it is not known yet if its server still runs. */
interface Undecided {
  backend: WorkerBackend;
  /** Why its server ended since the backend was asked; the backend may have said before that it runs. */
  ended?: WorkerFailure;
}

/**
 * Brings the rows that an earlier process left into step with the servers that still run. Ready workers whose server
 * runs are adopted; other live rows end, and so do servers that no live row claims. While a backend does not answer, the
 * rows of its workers stay as they are, and it is asked again.
 */
export class WorkerAdoption {
  /** The workers of the earlier process that are not decided yet. */
  readonly #undecided = new Map<string, Undecided>();
  readonly #closing = sharedAbort();
  readonly #running: Promise<void>[] = [];
  /** The backends that said which servers they have, and all of whose workers are decided. */
  readonly #answered = new Set<WorkerBackend>();

  readonly #deps: WorkerAdoptionDeps;

  constructor(deps: WorkerAdoptionDeps) {
    this.#deps = deps;
  }

  /** Whether it is not known yet if the server of a worker still runs. */
  isUndecided(workerId: string): boolean {
    return this.#undecided.has(workerId);
  }

  /** The server of a worker has ended by itself; does nothing for a worker that is decided. */
  ended(workerId: string, failure: WorkerFailure): void {
    const undecided = this.#undecided.get(workerId);
    if (undecided) undecided.ended = failure;
  }

  /**
   * Called once, before requests are accepted. Decides on all workers whose backends answer; the others are decided in
   * the background, and so end those whose servers take longer to stop.
   */
  async begin(): Promise<void> {
    const { prisma, backends, shutdown } = this.#deps;
    const rows = await prisma.worker.findMany({
      where: { status: { in: [...liveStatuses] } },
      select: { id: true, backend: true, jupyterServerId: true },
    });
    for (const row of rows) {
      const { id } = row;
      const backend = backendOf(row, backends);
      if (backend) this.#undecided.set(id, { backend });
      else await shutdown.fail(id, endedUnwatched);
    }
    await Promise.all(backends.map((backend) => this.#ask(backend)));
    await this.#removeStrayFolders();
    await waitFor(endsMs, shutdown.finish());
  }

  /** Ends the questions; what is undecided stays so until the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    await waitFor(closeMs, Promise.all(this.#running));
  }

  async #ask(backend: WorkerBackend): Promise<void> {
    try {
      await this.#decide(backend, await this.#servers(backend, firstAnswerMs));
    } catch (err) {
      this.#deps.log.warn(
        { err, backend: backend.kind },
        'a backend does not say which workers run; it is asked again',
      );
      this.#running.push(this.#askAgain(backend));
    }
  }

  /** Never rejects. */
  async #askAgain(backend: WorkerBackend): Promise<void> {
    const { signal } = this.#closing;
    const retry = new DoublingWait(firstRetryMs, maxRetryMs);
    while (!signal.aborted) {
      await retry.wait(signal);
      try {
        await this.#decide(backend, await this.#servers(backend, answerMs));
        this.#deps.log.info({ backend: backend.kind }, 'the workers of a backend were adopted');
        return;
      } catch (err) {
        this.#deps.log.debug(
          { err, backend: backend.kind },
          'a backend still does not say which workers run',
        );
      }
    }
  }

  #servers(backend: WorkerBackend, timeoutMs: number): Promise<RunningServers> {
    const limit = withTimeLimit(this.#closing.signal, timeoutMs);
    // Its answer says more than what it reported before.
    for (const id of this.#undecidedOf(backend)) this.#undecided.set(id, { backend });
    return rejectOnAbort(backend.running(), limit);
  }

  #undecidedOf(backend: WorkerBackend): string[] {
    return [...this.#undecided].filter(([, one]) => one.backend === backend).map(([id]) => id);
  }

  async #decide(backend: WorkerBackend, servers: RunningServers): Promise<void> {
    const { prisma, shutdown } = this.#deps;
    const strays = await this.#deps.strays.servers(servers.keys());
    const earlier = this.#undecidedOf(backend);
    const rows = await prisma.worker.findMany({
      where: { id: { in: earlier }, status: { in: [...liveStatuses] } },
    });
    const limit = pLimit(maxConcurrent);
    await limit.map(rows, async (row) => {
      const found = servers.get(row.id);
      if (found === 'unknown') return;
      await this.#decideOne(row, backend, found);
      this.#undecided.delete(row.id);
    });
    const unknown = rows.filter(({ id }) => this.isUndecided(id));
    for (const id of earlier) if (!unknown.some((row) => row.id === id)) this.#undecided.delete(id);
    for (const id of strays) void shutdown.discard(id, backend);
    if (unknown.length > 0) throw new Error(`it is not known whether ${unknown.length} workers run`);
    this.#answered.add(backend);
  }

  async #decideOne(
    row: Worker,
    backend: WorkerBackend,
    found: JupyterEndpoint | EndedServer | undefined,
  ): Promise<void> {
    const { shutdown, adopt } = this.#deps;
    const isEnded = found !== undefined && 'ended' in found;
    const server = { backend, endpoint: isEnded ? undefined : found };
    const ended = this.#undecided.get(row.id)?.ended ?? (isEnded ? found.ended : undefined);
    if (row.status === 'stopping') void this.#stop(row, server);
    else if (row.status === 'starting') await shutdown.fail(row.id, interrupted, server);
    else if (server.endpoint && !ended) await adopt(row, server);
    else await shutdown.fail(row.id, ended ?? endedUnwatched, server);
  }

  /** Never rejects: nobody waits for it. What could not be written is tried again there. */
  async #stop({ id, statusReason }: Worker, server: WorkerServer): Promise<void> {
    const { shutdown, log } = this.#deps;
    await shutdown
      .stop(id, { reason: statusReason ?? 'requested' }, server)
      .catch((err) => log.error({ err, workerId: id }, 'the end of a worker was not written'));
  }

  /**
   * Begins to remove the folders that a process which was killed may have left: of workers that had ended, or that had no row
   * yet.
   */
  async #removeStrayFolders(): Promise<void> {
    const { strays, shutdown } = this.#deps;
    const found = await strays.folders(this.#answered);
    for (const [id, backend] of found) void shutdown.removeFolders(id, backend);
  }
}

async function waitFor(ms: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work, sleep(ms, undefined, { ref: false })]);
}
