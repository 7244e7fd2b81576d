import type { IncomingMessage } from './decode-message.js';
import type { KernelEvent } from './kernel-event.js';
import { LostOutputCounter } from './lost-output-counter.js';
import { replyEvents } from './reply-events.js';
import { toCount } from './to-count.js';
import { toRecord } from './to-record.js';

/** How a run ended, from the kernel's reply. */
export interface RunReply {
  status: 'ok' | 'error' | 'aborted';
  executionCount: number | null;
}

/**
 * Gets an event of a run.
 * @param position of its message in the spool of the relay; undefined without a relay
 * @param parentMessageId of the request that caused it, where that is another one; see `ExecuteRequest.owns`
 */
export type RunEventListener = (event: KernelEvent, position?: number, parentMessageId?: string) => void;

/** What a {@link KernelRun} needs. */
export interface RunDeps {
  /** The `msg_id` of the `execute_request`. */
  messageId: string;
  /** The session id of the connection. */
  clientId: string;
  /** See `ExecuteRequest.owns`. */
  owns?: (event: KernelEvent, parentMessageId: string) => boolean;
  /** Gets every event in order, synchronously; an error that it throws ends the run. */
  onEvent: RunEventListener;
  /**
   * Gets the positions of the reply and of the idle status in the spool of a relay: the end of the run depends on both. When the
   * run fails, gets none: its end depends on what comes next.
   */
  onEnding?: (position?: number) => void;
  /** Sends a `kernel_info_request`; its answer is reported by {@link KernelRun.onLaterRequestAnswered}. */
  requestInfo: () => void;
  /** Whether the server does not answer now: then nothing counts as lost. */
  isSilent: () => boolean;
}

/** How long to wait for the second of reply and idle status before a later request shows whether it was lost. */
const checkAfterMs = 2_000;
/** After this many such periods without any message, the answer to the later request was lost too: the run ends. */
const maxQuietPeriods = 5;
/** How long to wait for messages that later ones overtook before they count as lost. */
const stragglerMs = 200;

/** The result of a request that the kernel dropped: an interrupt came before its code began. */
const dropped: RunReply = { status: 'aborted', executionCount: null };

/**
 * One `execute_request` from its sending to its end. A run is complete when both its reply and its idle status have
 * arrived; they come on different channels, in any order.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute
 */
export class KernelRun {
  readonly #deps: RunDeps;
  readonly #lost = new LostOutputCounter();
  #resolve!: (reply: RunReply) => void;
  #reject!: (error: unknown) => void;
  #resolveBegun!: () => void;
  #reply: RunReply | undefined;
  #replyContent: Record<string, unknown> = {};
  #hasError = false;
  /** The header of the request for input that the kernel waits for. */
  #inputRequest: IncomingMessage['header'] | undefined;
  #started = false;
  #isFollowed = false;
  #idle = false;
  #over = false;
  /** See {@link endAs}. */
  #endsAs: unknown;
  #quietPeriods = 0;
  #checkTimer: NodeJS.Timeout | undefined;
  #stragglerTimer: NodeJS.Timeout | undefined;
  /** Resolves when the run is complete. */
  readonly done: Promise<RunReply>;
  /** Resolves when the kernel has begun the run, or the run has ended. */
  readonly begun: Promise<void>;

  constructor(deps: RunDeps) {
    this.#deps = deps;
    this.begun = new Promise((resolve) => {
      this.#resolveBegun = resolve;
    });
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /**
   * Call for every message that the connection receives, in order.
   * @param cause the `msg_id` of the request that caused it; see `OutputCauses`
   * @returns whether the message belongs to this run, which is not over
   */
  receive(message: IncomingMessage, cause: string | undefined): boolean {
    if (this.#over) return false;
    const parent = message.parent_header as { msg_id: string; session: string };
    const isMine = parent.msg_id === this.#deps.messageId;
    this.#quietPeriods = Math.min(this.#quietPeriods, 1);
    // It may be the old process that still says so: the next one answers this behind the run, if it has it.
    if (isMine && !this.#started && this.#isFollowed) this.#deps.requestInfo();
    this.#started ||= isMine;
    if (this.#started) this.#lost.received(message.header.msg_id, isMine);
    if (message.dropped !== undefined) this.#lost.reported(message.dropped);
    if (isMine) this.#receiveMine(message);
    else if (message.event && this.#owns(message.event, cause)) {
      this.#deliver(message.event, message.position, cause);
      return true;
    } else if (isStatus(message, 'idle') && parent.session !== this.#deps.clientId)
      this.#lost.repliedElsewhere(message.header.msg_id);
    return isMine;
  }

  /**
   * Call when the kernel has answered a request that was sent after this one, and is idle again: what has not arrived by now
   * never will. A run with an idle status but no reply was dropped by an interrupt and ends as `aborted`.
   * @returns false when neither the reply nor the idle status has arrived: the request was lost, or the process that had it
   */
  onLaterRequestAnswered(): boolean {
    const hasEither = this.#reply !== undefined || this.#idle;
    if (hasEither && !this.#over) this.#complete();
    return hasEither;
  }

  /** Whether {@link follow} has returned true. */
  get isFollowed(): boolean {
    return this.#isFollowed;
  }

  /**
   * The server restarts the kernel, and the next process may get the request.
   * @returns false when anything of this run has arrived: then the old process had it
   */
  follow(): boolean {
    this.#isFollowed = !this.#started && !this.#over;
    return this.#isFollowed;
  }

  /** The `msg_id` of the request for input that the kernel waits for; undefined when it waits for none. */
  get inputRequestId(): string | undefined {
    return this.#inputRequest?.msg_id;
  }

  /** Whether {@link done} has resolved or rejected. */
  get isOver(): boolean {
    return this.#over;
  }

  /**
   * Call when the kernel is not going to wait for this input any more: it is answered, which happens once, or interrupted.
   * @returns the header of the request; undefined when the kernel does not wait for an answer to this one
   */
  takeInputRequest(id: string): IncomingMessage['header'] | undefined {
    const header = this.#inputRequest;
    if (header?.msg_id !== id) return undefined;
    this.#inputRequest = undefined;
    this.#deliver({ type: 'status', execution_state: 'busy' });
    return header;
  }

  /** Ends the run; `done` rejects with `error`, or with that of {@link endAs}. */
  fail(error: unknown): void {
    if (this.#over) return;
    this.#close();
    this.#deps.onEnding?.();
    this.#reject(this.#endsAs ?? error);
  }

  /**
   * The kernel is asked to end, which interrupts the run. It goes on until it has really ended, also by a reply; then `done` rejects
   * with `error`.
   */
  endAs(error: unknown): void {
    this.#endsAs ??= error;
  }

  #owns(event: KernelEvent, cause: string | undefined): boolean {
    if (cause === undefined) return false;
    return cause === this.#deps.messageId || (this.#deps.owns?.(event, cause) ?? false);
  }

  #receiveMine(message: IncomingMessage): void {
    // Not by the status `busy`: ipykernel sends that while it still ignores signals.
    if (message.event && message.event.type !== 'status') this.#resolveBegun();
    if (isStatus(message, 'idle')) this.#onEnding(message);
    if (message.event?.type === 'input_request') {
      this.#inputRequest = message.header;
      this.#deliver({ type: 'status', execution_state: 'waiting_for_input' }, message.position);
    }
    if (message.event) this.#deliver(message.event, message.position);
    this.#hasError ||= message.event?.type === 'error';
    if (message.channel === 'shell' && message.header.msg_type === 'execute_reply') {
      this.#replyContent = toRecord(message.content);
      this.#reply = toReply(this.#replyContent);
      this.#onEnding(message);
    }
    if (isStatus(message, 'idle')) this.#idle = true;
    if (this.#over) return;
    if (this.#reply && this.#idle) this.#complete();
    else if (this.#reply || this.#idle) this.#awaitOther();
  }

  #onEnding({ position }: IncomingMessage): void {
    if (position !== undefined) this.#deps.onEnding?.(position);
  }

  #deliver(...event: Parameters<RunEventListener>): void {
    try {
      this.#deps.onEvent(...event);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Waits for the second of reply and idle status. */
  #awaitOther(): void {
    this.#checkTimer ??= setInterval(() => {
      if (this.#deps.isSilent()) return;
      if (this.#quietPeriods === 0) this.#deps.requestInfo();
      this.#quietPeriods += 1;
      if (this.#quietPeriods > maxQuietPeriods) this.#complete();
    }, checkAfterMs);
  }

  #complete(): void {
    clearInterval(this.#checkTimer);
    const reply = this.#reply ?? dropped;
    if (this.#lost.missing === 0) this.#finish(reply);
    else this.#stragglerTimer ??= setTimeout(() => this.#finish(reply), stragglerMs);
  }

  #finish(reply: RunReply): void {
    const count = this.#lost.missing;
    if (count > 0) this.#deliver({ type: 'output_lost', count, reason: 'not_delivered' });
    if (this.#endsAs) {
      this.fail(this.#endsAs);
      return;
    }
    // Last, as the reply may overtake the outputs.
    for (const event of replyEvents(this.#replyContent, this.#hasError)) this.#deliver(event);
    if (this.#over) return;
    this.#close();
    this.#resolve(reply);
  }

  #close(): void {
    this.#over = true;
    this.#inputRequest = undefined;
    this.#resolveBegun();
    clearInterval(this.#checkTimer);
    clearTimeout(this.#stragglerTimer);
  }
}

function isStatus({ event }: IncomingMessage, state: 'busy' | 'idle'): boolean {
  return event?.type === 'status' && event.execution_state === state;
}

function toReply(content: Record<string, unknown>): RunReply {
  const status = content.status === 'ok' || content.status === 'error' ? content.status : 'aborted';
  return { status, executionCount: toCount(content.execution_count) };
}
