import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { Lease, Leases } from '../engines/database/leases.js';

/** What a {@link RuntimeOwnership} works with. */
export interface RuntimeOwnershipDeps {
  prisma: PrismaClient;
  leases: Leases;
  log: Logger;
}

/** What the owner of a gateway does as its ownership changes. */
export interface OwnershipListener {
  /** Called once, when this process has become the owner: resumes the work of the one before. */
  resume(): Promise<void>;
  /** Called once, when another process has taken over, or the work could not be resumed. This process must end then. */
  lost(): void;
}

const leaseName = 'runtime';
/** How often a process that does not run the kernels tries to take over. */
const standbyMs = 1_000;
/** The same of an owner whose connection to the database broke: it should be faster than all others. */
const retakeMs = 100;

/**
 * The right to run the kernels: of the gateways that share a database, one has it, the owner. Each new owner increments
 * the epoch in the database. An owner whose connection breaks takes the right back with the same epoch, if nobody else had
 * it meanwhile; else its ownership has ended for good.
 */
export class RuntimeOwnership {
  readonly #deps: RuntimeOwnershipDeps;
  #listener: OwnershipListener | undefined;
  #lease: Lease | undefined;
  #epoch = 0;
  #hasResumed = false;
  #isEnded = false;
  #timer: NodeJS.Timeout | undefined;
  #trying: Promise<void> | undefined;

  constructor(deps: RuntimeOwnershipDeps) {
    this.#deps = deps;
  }

  /** Whether this process runs the kernels now. */
  get isOwner(): boolean {
    return this.#lease !== undefined && this.#hasResumed && !this.#isEnded;
  }

  /** The number of the ownership of this process; 0 while it has never been the owner. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Tries once to become the owner, and then every second in the background. Called once.
   * @throws what `resume` throws at the first try, and the error of a database that does not answer
   */
  async begin(listener: OwnershipListener): Promise<void> {
    this.#listener = listener;
    const first = this.#try();
    this.#trying = first.catch(() => {});
    await first;
    this.#trying = undefined;
    this.#schedule();
  }

  /** Gives the right back, so that another gateway takes over immediately. */
  async close(): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    await this.#trying;
    await this.#lease?.release().catch(() => {});
  }

  #schedule(afterMs = this.#epoch > 0 ? retakeMs : standbyMs): void {
    if (this.#isEnded || this.#lease) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#trying ??= this.#tryInBackground().finally(() => {
        this.#trying = undefined;
        this.#schedule();
      });
    }, afterMs);
    this.#timer.unref();
  }

  /** Never rejects. */
  async #tryInBackground(): Promise<void> {
    try {
      await this.#try();
    } catch (err) {
      // What has begun to resume cannot begin again.
      if (this.#epoch > 0 && !this.#hasResumed)
        this.#end('the work of the earlier owner was not resumed', err);
      else this.#deps.log.debug({ err }, 'it is not known who runs the kernels');
    }
  }

  async #try(): Promise<void> {
    const lease = await this.#deps.leases.tryTake(leaseName);
    try {
      if (await this.#isOver()) await lease?.release();
      else if (lease) await this.#take(lease);
    } catch (error) {
      this.#lease = undefined;
      await lease?.release().catch(() => {});
      throw error;
    }
  }

  /** Whether this process may not become the owner again. */
  async #isOver(): Promise<boolean> {
    if (this.#epoch === 0 || this.#isEnded) return this.#isEnded;
    const { runtimeEpoch } = await this.#deps.prisma.installation.findUniqueOrThrow({ where: { key: 1 } });
    if (runtimeEpoch !== this.#epoch) this.#end('another gateway has taken over the kernels');
    return runtimeEpoch !== this.#epoch;
  }

  async #take(lease: Lease): Promise<void> {
    this.#hold(lease);
    if (this.#epoch > 0) this.#deps.log.info('this gateway runs the kernels again');
    else await this.#resume();
  }

  async #resume(): Promise<void> {
    const { prisma, log } = this.#deps;
    const data = { runtimeEpoch: { increment: 1 } };
    const { runtimeEpoch } = await prisma.installation.update({ where: { key: 1 }, data });
    this.#epoch = runtimeEpoch;
    await this.#listener!.resume();
    this.#hasResumed = true;
    log.info({ epoch: runtimeEpoch }, 'this gateway runs the kernels');
  }

  #hold(lease: Lease): void {
    this.#lease = lease;
    const lost = () => {
      if (this.#lease !== lease) return;
      this.#lease = undefined;
      if (this.#isEnded) return;
      this.#deps.log.warn('the connection that says who runs the kernels broke; it is opened again');
      this.#schedule(0);
    };
    if (lease.lost.aborted) lost();
    else lease.lost.addEventListener('abort', lost, { once: true });
  }

  #end(why: string, err?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#deps.log.fatal({ err }, `${why}; this gateway ends, start it again`);
    this.#listener!.lost();
  }
}
