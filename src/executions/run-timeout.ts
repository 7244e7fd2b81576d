import type { Logger } from 'pino';
import type { Execution } from '../../prisma/generated/client/client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import type { SessionKernels } from '../sessions/session-kernels.js';

/** How long a kernel may take to end a run that is interrupted, before it is restarted. */
const interruptGraceMs = 10_000;
/** How long a run whose time passed while no gateway ran may take to report its end. */
const resumeGraceMs = 3_000;

/** Interrupts a run after its `timeoutSeconds`, if it has any, and restarts a kernel that ignores the interrupt. */
export class RunTimeout {
  /** Whether the run was interrupted because its time had passed, maybe by an earlier process of the gateway. */
  hasPassed: boolean;
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  readonly #deps: {
    execution: Execution;
    kernel: KernelConnection;
    kernels: SessionKernels;
    log: Logger;
    startedAt: Date;
    markTimedOut(): Promise<boolean>;
  };

  /**
   * @param deps.startedAt when the run began, maybe in an earlier process of the gateway
   * @param deps.markTimedOut writes that the time has passed, see `markTimedOut`. It resolves to false when this process does not
   *   run the kernels any more, which a late timer cannot know
   */
  constructor(deps: {
    execution: Execution;
    kernel: KernelConnection;
    kernels: SessionKernels;
    log: Logger;
    startedAt: Date;
    markTimedOut(): Promise<boolean>;
  }) {
    this.#deps = deps;
    this.hasPassed = deps.execution.timedOutAt !== null;

    const { timeoutSeconds } = deps.execution;
    if (timeoutSeconds === null) return;
    const passed = Date.now() - deps.startedAt.getTime();
    // A resumed run may have ended in time: what its kernel sent meanwhile arrives first.
    const atLeast = passed < 1000 ? 0 : resumeGraceMs;
    this.#timer = setTimeout(() => void this.#interrupt(), Math.max(timeoutSeconds * 1000 - passed, atLeast));
  }

  /** The run has ended. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#hasEnded = true;
  }

  /** Never rejects. */
  async #interrupt(): Promise<void> {
    const { execution, kernel, kernels, markTimedOut } = this.#deps;
    // Where the database does not answer, nobody takes over.
    const isOurs = await markTimedOut().catch(() => true);
    if (!isOurs || this.#hasEnded) return;
    this.hasPassed = true;
    this.#timer = setTimeout(() => {
      const isNeeded = () => !this.#hasEnded;
      kernels.restartUnresponsive(execution.sessionId, kernel, isNeeded).catch((err) => this.#warn(err));
    }, interruptGraceMs);
    kernel.interrupt().catch((err) => this.#warn(err));
  }

  #warn(err: unknown): void {
    this.#deps.log.warn({ err }, 'a run that took too long could not be ended');
  }
}
