import type { KernelMessage } from '@jupyterlab/services';
import type { IncomingMessage } from './decode-message.js';
import type { KernelEvent } from './kernel-event.js';
import { KernelInfoRequests } from './kernel-info-requests.js';
import { KernelLostError, type KernelLostReason } from './kernel-lost-error.js';
import type { KernelRun } from './kernel-run.js';
import { isAboutRun, OutputCauses } from './output-causes.js';
import { StatusTracker } from './status-tracker.js';

/** How long a kernel may take until it answers, at its start and after a restart, in milliseconds. */
export const maxReadyMs = 60_000;

/**
 * Gets an event with the `msg_id` of the request that caused it; must not throw.
 * @param parentMessageId undefined where it is output of the newest request to run code, and this connection has seen none
 * @param position of its message in the spool of the relay; undefined without a relay
 */
export type OtherEventListener = (
  parentMessageId: string | undefined,
  event: KernelEvent,
  position?: number,
) => void;

/**
 * The state of one kernel as its messages show it: its status and its current run.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-status
 */
export class KernelState {
  readonly status = new StatusTracker();
  /** The run that is not complete yet. */
  run: KernelRun | undefined;
  /** Gets the events that belong to no run, or to one that is over. */
  onOtherEvent: OtherEventListener = () => {};
  readonly #causes: OutputCauses;
  readonly #infoRequests = new KernelInfoRequests<KernelRun | undefined>();
  /** What was sent at a position below this one came before the process that has the run. */
  #runFrom = 0;
  #isRestartRequested = false;
  readonly #close: () => void;
  readonly #sendAgain: ((run: KernelRun) => void) | undefined;

  /**
   * @param close closes the connection; called when the kernel is dead
   * @param options.isNew whether the kernel was started for this connection
   * @param options.sendAgain sends the request of a run again, where one that arrives twice is run once; default: it counts as
   *   lost
   */
  constructor(close: () => void, options: { isNew: boolean; sendAgain?: (run: KernelRun) => void }) {
    this.#close = close;
    this.#sendAgain = options.sendAgain;
    this.#causes = new OutputCauses(options.isNew);
  }

  /**
   * A relay has answered about a kernel that runs already.
   * @param does what the kernel does, as Jupyter names it
   * @param runFrom see `KernelRelay.runFrom`
   */
  attached(does: string, runFrom: number | null | undefined): void {
    if (this.status.current !== 'starting') return;
    this.#runFrom = runFrom ?? 0;
    if (does === 'restarting') this.#awaitRestart();
    else this.status.set(does === 'idle' ? 'idle' : 'busy');
  }

  /** Call for every message that is sent. */
  sent(message: KernelMessage.IMessage): void {
    this.#infoRequests.sent(message, this.run);
  }

  /** Call for every message that arrives, in order. */
  received(message: IncomingMessage): void {
    const cause = this.#causes.of(message);
    const isOfRun = this.run?.receive(message, cause) ?? false;
    if (message.event && !isOfRun) this.onOtherEvent(cause, message.event, message.position);
    this.#onInfoReply(message);
    if (message.restarting) this.#onOtherRestart(message);
    if (message.header.msg_type === 'status') this.#onStatus(message, isOfRun);
  }

  /** The server is asked to restart the kernel. Until it has begun that, the run goes on: what the kernel sends belongs to it. */
  requestRestart(): void {
    this.#isRestartRequested = true;
    this.run?.endAs(new KernelLostError('restarted'));
    this.#infoRequests.clear();
    this.status.set('restarting');
  }

  /** The requested restart has begun, or has failed: the run has ended. */
  endRunOfRestart(): void {
    if (!this.#isRestartRequested) return;
    this.#isRestartRequested = false;
    this.run?.fail(new KernelLostError('restarted'));
  }

  /**
   * Closes the connection permanently: fails the run and sets the status to `dead`.
   * @param hasExited whether the server says that the kernel's process ended by itself
   */
  end(reason: KernelLostReason, hasExited = false): void {
    this.#close();
    this.run?.fail(new KernelLostError(reason));
    this.status.set('dead', { reason, hasExited });
  }

  #onInfoReply(message: IncomingMessage): void {
    const answered = this.#infoRequests.received(message);
    if (!answered) return;
    const { run } = this;
    if (!run) this.status.set('idle');
    else if (answered.context === run && !run.onLaterRequestAnswered()) {
      if (this.#sendAgain) this.#sendAgain(run);
      else this.#onRequestLost(run);
    }
  }

  /** The kernel has processed all that came before, and nothing of the run has arrived. */
  #onRequestLost(run: KernelRun): void {
    run.fail(new KernelLostError(run.isFollowed ? 'kernel_died' : 'connection_lost'));
    if (this.status.current === 'restarting') this.status.set('idle');
  }

  #onStatus(message: IncomingMessage, isOfRun: boolean): void {
    const { event } = message;
    if (event?.type === 'status') {
      const state = event.execution_state === 'idle' ? 'idle' : 'busy';
      // After a restart only a run that the next process has got.
      const isCurrent = (isOfRun && !this.#isRestartRequested) || this.status.current !== 'restarting';
      if (isAboutRun(message) && isCurrent) this.status.set(state);
      return;
    }
    const state = (message.content as { execution_state: string }).execution_state;
    if (state === 'dead') this.end('kernel_died', true);
    // A relay reports each restart; a `starting` that it sends again would be an old one.
    else if (state === 'restarting' || (state === 'starting' && message.position === undefined))
      this.#onOtherRestart(message);
  }

  /**
   * The server or another client restarts the kernel: its memory and its run are lost. Without a relay, Jupyter gives the next
   * process a request that the old one had not taken, so a run of which nothing has arrived may still begin.
   */
  #onOtherRestart({ position }: IncomingMessage): void {
    if (position !== undefined && this.#isRestartRequested) {
      this.endRunOfRestart();
      this.#beginRestart('restarted');
      return;
    }
    if (this.status.current === 'starting' || this.status.current === 'restarting') return;
    if (position !== undefined && position < this.#runFrom) return;
    const runGoesOn = position === undefined && (this.run?.follow() ?? false);
    this.#beginRestart('kernel_died', runGoesOn);
    this.#awaitRestart();
  }

  /**
   * The kernel restarts: fails the run and forgets what the old process would have answered.
   * @param runGoesOn whether the next process may get the run; default false
   */
  #beginRestart(reason: 'kernel_died' | 'restarted', runGoesOn = false): void {
    this.#infoRequests.clear();
    if (!runGoesOn) this.run?.fail(new KernelLostError(reason));
    this.status.set('restarting', reason === 'kernel_died' ? { reason } : undefined);
  }

  #awaitRestart(): void {
    this.status.set('restarting');
    this.status.until(['idle', 'busy'], maxReadyMs).catch(() => this.end('kernel_died'));
  }
}
