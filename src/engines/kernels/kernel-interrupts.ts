import { rejectOnAbort } from '../events/reject-on-abort.js';
import type { KernelRun } from './kernel-run.js';

/** How long an interrupt waits until the kernel has begun the run; a kernel ignores a signal that comes before. */
const maxBegunMs = 2_000;

/** The interrupts of one kernel. Each reaches the run that it is meant for, and no later one. */
export class KernelInterrupts {
  readonly #send: () => Promise<void>;
  readonly #unanswered = new Set<Promise<void>>();

  /** @param send asks the server to send the kernel a signal; resolves in bounded time, after the signal was sent */
  constructor(send: () => Promise<void>) {
    this.#send = send;
  }

  /**
   * Interrupts the kernel. If it has not begun the run yet, waits up to 2 s for that, and interrupts it again once it has begun;
   * does nothing when the run ends first.
   * @param run the one that is not complete; undefined when another client may have begun one
   * @throws Error of any kind when the server did not answer, or refused
   */
  async interrupt(run: KernelRun | undefined): Promise<void> {
    const hasBegun = await hasBegunInTime(run);
    if (run?.isOver) return;
    await this.#interruptNow(run);
    if (run && !hasBegun) void run.begun.then(() => this.#interruptAgain(run));
  }

  async #interruptAgain(run: KernelRun): Promise<void> {
    // Whoever asked for it has their answer.
    if (!run.isOver) await this.#interruptNow(run).catch(() => {});
  }

  async #interruptNow(run: KernelRun | undefined): Promise<void> {
    // The answer may come after the next request for input of the same run.
    const requestId = run?.inputRequestId;
    const answered = this.#send();
    this.#unanswered.add(answered);
    try {
      await answered;
    } finally {
      this.#unanswered.delete(answered);
    }
    if (requestId !== undefined) run?.takeInputRequest(requestId);
  }

  /** Resolves when the server has answered all, or `end` has ended: what is sent to the kernel then is not interrupted. */
  async answered(end: Promise<unknown>): Promise<void> {
    const ended = end.catch(() => {});
    while (this.#unanswered.size > 0)
      if ((await Promise.race([Promise.allSettled(this.#unanswered), ended])) === undefined) return;
  }
}

/** @returns false when the kernel may still ignore signals after 2 s */
function hasBegunInTime(run: KernelRun | undefined): Promise<boolean> {
  const begun = run?.begun ?? Promise.resolve();
  return rejectOnAbort(begun, AbortSignal.timeout(maxBegunMs)).then(
    () => true,
    () => false,
  );
}
