import { randomUUID } from 'node:crypto';
import { rejectOnAbort } from '../../engines/events/reject-on-abort.js';
import { kernelBusy } from '../../engines/kernels/kernel-busy.js';
import type { KernelConnection } from '../../engines/kernels/kernel-connection.js';
import { controlComm, controlPrefix } from './control-comm.js';
import { sendOwnMessage } from './send-own-message.js';

/** How long the kernel may take to describe all of its widgets, in milliseconds. */
const maxAnswerMs = 5_000;

/** Asks one kernel for the states of all its widgets, as a front end does that is opened later. */
export class StateRequests {
  readonly #kernel: KernelConnection;
  #asking: Promise<void> | undefined;
  /** The comm on which the kernel may answer, once; also later than {@link ask} waits. */
  #commId: string | undefined;
  #answered: () => void = () => {};

  constructor(kernel: KernelConnection) {
    this.#kernel = kernel;
  }

  /**
   * Asks, once for all who ask at the same time, until {@link done} is called.
   * @throws DomainError `kernel_busy` while it runs a cell and where it does not answer; `overloaded`, `runtime_unavailable`
   */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Takes what the kernel sent on a comm. @returns whether it is the answer; what comes unasked, or again, is none */
  isAnswer(commId: string): boolean {
    if (commId !== this.#commId) return false;
    this.#commId = undefined;
    return true;
  }

  /** All widgets are known. */
  done(): void {
    this.#commId = undefined;
    this.#answered();
  }

  async #ask(): Promise<void> {
    if (this.#kernel.status !== 'idle') throw kernelBusy();
    const commId = `${controlPrefix}${randomUUID()}`;
    const answered = new Promise<void>((resolve) => {
      this.#answered = resolve;
    });
    this.#commId = commId;
    const { target: targetName, version } = controlComm;
    sendOwnMessage(this.#kernel, { type: 'comm_open', commId, targetName, metadata: { version }, data: {} });
    sendOwnMessage(this.#kernel, { type: 'comm_msg', commId, data: { method: 'request_states' } });
    await rejectOnAbort(answered, AbortSignal.timeout(maxAnswerMs)).catch((cause) => {
      throw kernelBusy(cause);
    });
    sendOwnMessage(this.#kernel, { type: 'comm_close', commId, data: {} });
  }
}
