import type { IncomingMessage } from './decode-message.js';
import { type KernelEvent, toCount } from './kernel-event.js';
import { countLostOutput } from './lost-output-counter.js';

/** How a run ended, as the kernel's reply tells. */
export interface RunReply {
  status: 'ok' | 'error' | 'aborted';
  executionCount: number | null;
}

/** How long after the one of reply and idle status the other is waited for before a question proves that it never comes. */
const restLateMs = 2_000;
/** How many such periods without any message end a run whose proof was lost too. */
const quietPeriods = 5;
/** How long messages that others overtook are waited for before they count as lost. */
const stragglerMs = 200;

/**
 * One `execute_request` from its sending to its end: the reply AND the idle status, which come on channels of their
 * own, in any order.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute
 */
export interface KernelRun {
  readonly done: Promise<RunReply>;
  /** Resolves when the kernel has begun the run, or the run is over. */
  readonly begun: Promise<void>;
  /** To be given every message of the connection, in order. */
  take(message: IncomingMessage): void;
  /**
   * The kernel has answered a question that was put to it after the run's request, and is idle again: what has not
   * come by now never will. A run that is idle without a reply was dropped by an interrupt that came before its code
   * began: it ends as `aborted`. Returns false when neither came.
   */
  proven(): boolean;
  /** Ends the run; `done` rejects. */
  fail(error: Error): void;
}

/** Makes a {@link KernelRun}; `ask` puts the question whose answer is told to `proven`. */
export function createKernelRun(options: {
  messageId: string;
  clientId: string;
  onEvent: (event: KernelEvent) => void;
  ask: () => void;
}): KernelRun {
  const lost = countLostOutput();
  let reply: RunReply | undefined;
  let started = false;
  let idle = false;
  let over = false;
  let quiet = 0;
  let late: NodeJS.Timeout | undefined;
  let straggling: NodeJS.Timeout | undefined;
  let resolve!: (reply: RunReply) => void;
  let reject!: (error: unknown) => void;
  let begin!: () => void;
  const begun = new Promise<void>((resolved) => {
    begin = resolved;
  });
  const done = new Promise<RunReply>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });

  function close(): void {
    over = true;
    begin();
    clearInterval(late);
    clearTimeout(straggling);
  }

  function fail(error: unknown): void {
    if (over) return;
    close();
    reject(error);
  }

  function deliver(event: KernelEvent): void {
    try {
      options.onEvent(event);
    } catch (error) {
      fail(error);
    }
  }

  function finish(ending: RunReply): void {
    if (lost.missing > 0) deliver({ type: 'output_lost', count: lost.missing, reason: 'not_delivered' });
    if (over) return;
    close();
    resolve(ending);
  }

  function settle(ending: RunReply): void {
    clearInterval(late);
    if (lost.missing === 0) finish(ending);
    else straggling ??= setTimeout(() => finish(ending), stragglerMs);
  }

  function awaitRest(): void {
    late ??= setInterval(() => {
      if (quiet === 0) options.ask();
      quiet += 1;
      if (quiet > quietPeriods) settle(reply ?? dropped);
    }, restLateMs);
  }

  return {
    done,
    begun,
    fail,

    take(message) {
      if (over) return;
      const parent = message.parent_header as { msg_id: string; session: string };
      const mine = parent.msg_id === options.messageId;
      quiet = Math.min(quiet, 1);
      started ||= mine;
      if (started) lost.arrived(message.header.msg_id);
      const { event } = message;
      const isIdle = event?.type === 'status' && event.execution_state === 'idle';
      if (!mine) {
        if (isIdle && parent.session !== options.clientId) lost.repliedElsewhere();
        return;
      }
      if (event?.type === 'status' && event.execution_state === 'busy') begin();
      if (event) deliver(event);
      if (message.channel === 'shell' && message.header.msg_type === 'execute_reply') {
        reply = toReply(message.content as unknown as Record<string, unknown>);
      }
      if (isIdle) idle = true;
      if (over) return;
      if (reply && idle) settle(reply);
      else if (reply || idle) awaitRest();
    },

    proven() {
      const isKnown = reply !== undefined || idle;
      if (isKnown && !over) settle(reply ?? dropped);
      return isKnown;
    },
  };
}

const dropped: RunReply = { status: 'aborted', executionCount: null };

function toReply(content: Record<string, unknown>): RunReply {
  const status = content.status === 'ok' || content.status === 'error' ? content.status : 'aborted';
  return { status, executionCount: toCount(content.execution_count) };
}
