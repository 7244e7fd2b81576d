import { LRUCache } from 'lru-cache';
import type { CommMessage } from '../../engines/kernels/kernel-comms.js';
import type { KernelConnection } from '../../engines/kernels/kernel-connection.js';
import type { KernelEvent } from '../../engines/kernels/kernel-event.js';
import type { WidgetOutput } from '../execution-event.js';
import type { CommItems } from './comm-feed.js';
import { commMessageId, executionOfParent, isAboutSync } from './comm-message-id.js';
import { CommReporter } from './comm-reporter.js';
import { controlPrefix, readStates } from './control-comm.js';
import { OutputCaptures } from './output-captures.js';
import { sendOwnMessage } from './send-own-message.js';
import { StateRequests } from './state-requests.js';
import { readUpdate, WidgetModels, type WidgetUpdate } from './widget-models.js';
import type { WidgetState } from './widget-state.js';

type CommEvent<T extends string> = Extract<KernelEvent, { type: T }>;

const widgetTarget = 'jupyter.widget';
/** So soon the kernel gets what its widgets captured while no cell runs, in milliseconds. */
const syncAfterMs = 200;
const maxOwners = 10_000;
/** In characters. Clients cannot name a comm with a longer id, and so no widget has one. */
const maxCommId = 200;

/**
 * The comms and widgets of one kernel. The gateway plays the front end as far as the kernel needs one: it keeps the state of
 * the models, and hands to an `ipywidgets.Output` what is printed within it.
 * @see https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md
 */
export class KernelWidgets {
  readonly #kernel: KernelConnection;
  // A widget that is dropped from one is dropped from the other. The gateway asks for all of it when the kernel uses it again.
  readonly #captures = new OutputCaptures((commId) => this.#models.delete(commId));
  readonly #models = new WidgetModels((commId) => this.#captures.delete(commId));
  /** The executions to which the comms belong. With a maximum size it takes no memory before it has entries. */
  readonly #owners = new LRUCache<string, string>({ maxSize: maxOwners, sizeCalculation: () => 1 });
  /** Whether the models of the kernel are known; those of a kernel from before this process are not. */
  #isComplete: boolean;
  readonly #requests: StateRequests;
  /** The version of {@link #captures} that {@link #models} have. */
  #describedCaptures = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #reporter: CommReporter;

  /** @param onNews called when {@link read} has news for somebody; default nothing is */
  constructor(kernel: KernelConnection, onNews: () => void = () => {}) {
    this.#kernel = kernel;
    this.#requests = new StateRequests(kernel);
    this.#reporter = new CommReporter(this.#captures, onNews);
    this.#isComplete = kernel.comms.hasSeenAll;
    kernel.onStatus((status) => {
      if (status === 'restarting') this.#forget();
      if (status !== 'dead') return;
      clearTimeout(this.#timer);
      this.#reporter.close();
    });
  }

  /**
   * The execution to whose log a comm belongs; undefined where this process has not seen its opening. For a comm that another
   * client of the kernel opened, it may be an id that is no execution.
   */
  executionOf(commId: string): string | undefined {
    return this.#owners.get(commId);
  }

  /** Whether {@link executionOf} knows every comm that an execution has opened. */
  get knowsExecutions(): boolean {
    return this.#kernel.comms.hasSeenAll && this.#owners.size < maxOwners;
  }

  /**
   * Takes an event of the kernel, in order.
   * @param parentMessageId of its message
   * @returns what belongs into the log; undefined for the answers to the gateway itself
   */
  take(parentMessageId: string, event: KernelEvent): KernelEvent | WidgetOutput | undefined {
    if ('comm_id' in event && event.comm_id.length > maxCommId) return event;
    switch (event.type) {
      case 'comm_open':
        this.#own(event.comm_id, executionOfParent(parentMessageId));
        if (event.target_name === widgetTarget)
          this.#open(event.comm_id, readUpdate(event.data, event.buffers));
        return this.#reporter.received(parentMessageId, event);
      case 'comm_msg':
        return this.#reporter.received(parentMessageId, this.#takeMessage(parentMessageId, event));
      case 'comm_close':
        return this.#reporter.received(parentMessageId, this.#takeClose(event));
      case 'update_display_data':
        this.#captures.updateDisplays(event);
        this.#syncSoon();
        this.#reporter.captured();
        return event;
      default:
        return this.#capture(parentMessageId, event) ?? event;
    }
  }

  /** Takes an event again that an earlier process wrote into the log of an execution that goes on. */
  takeAgain(executionId: string, event: KernelEvent | WidgetOutput): void {
    this.take(executionId, event.type === 'widget_output' ? event.event : event);
  }

  /**
   * Sends a message of a client.
   * @param executionId the execution to whose log belongs what the message causes; undefined for none
   * @param messageId a UUID that the client chose for it; default a new one
   * @throws DomainError `overloaded`, `runtime_unavailable`; FieldError `invalid_request` for an id that waits already
   */
  send(message: CommMessage, executionId: string | undefined, messageId?: string): void {
    this.sync();
    this.#kernel.comms.send(message, commMessageId('comm', executionId, messageId));
    const { type, commId, data, targetName } = message;
    this.#own(commId, executionId);
    const buffers = message.buffers.map((bytes) => Buffer.from(bytes).toString('base64'));
    if (type === 'comm_open' && targetName === widgetTarget) this.#open(commId, readUpdate(data, buffers));
    else if (type === 'comm_msg' && data.method === 'update') this.#change(commId, readUpdate(data, buffers));
    else if (type === 'comm_close') this.#close(commId);
    this.#reporter.sent(message, buffers, messageId);
  }

  /**
   * The state of all widgets; a kernel from before this process is asked for it.
   * @throws DomainError `kernel_busy`, `overloaded`, `runtime_unavailable` where it had to be asked and did not answer
   */
  async state(): Promise<WidgetState> {
    if (!this.#isComplete) await this.#requests.ask();
    return this.#state;
  }

  /**
   * What happened on the comms after a cursor; where too much did, or without a cursor, the state of all widgets instead.
   * @throws DomainError as {@link state} does
   */
  async read(after: string | null): Promise<CommItems & { state?: WidgetState }> {
    const found = after === null ? undefined : this.#reporter.read(after);
    if (found) return found;
    if (!this.#isComplete) await this.#requests.ask();
    return { state: this.#state, items: [], cursor: this.#reporter.end() };
  }

  get #state(): WidgetState {
    if (this.#describedCaptures !== this.#captures.version)
      for (const { commId, outputs } of this.#captures.changed) this.#setOutputs(commId, outputs);
    this.#describedCaptures = this.#captures.version;
    return this.#models.document;
  }

  /**
   * Sends to the kernel what its widgets have captured, so that the next cell can read it there. Call when a cell has ended:
   * the kernel handles no comm message before that. Never throws: what could not be sent is sent later.
   */
  sync(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#kernel.status !== 'idle') return;
    try {
      for (const { commId, outputs } of this.#captures.changed) {
        this.#setOutputs(commId, outputs);
        const data = { method: 'update', state: { outputs }, buffer_paths: [] };
        sendOwnMessage(this.#kernel, { type: 'comm_msg', commId, data }, this.#owners.get(commId));
        this.#captures.synced(commId);
      }
    } catch {
      this.#syncSoon();
    }
    if (this.#captures.hasUnknown)
      this.#requests.ask().then(
        () => this.#syncSoon(),
        () => {},
      );
  }

  #syncSoon(): void {
    this.#timer ??= setTimeout(() => this.sync(), syncAfterMs).unref();
  }

  #own(commId: string, executionId: string | undefined): void {
    if (executionId === undefined) this.#owners.delete(commId);
    else this.#owners.set(commId, executionId);
  }

  #capture(parentMessageId: string, event: KernelEvent): WidgetOutput | undefined {
    const captured = this.#captures.capture(parentMessageId, event);
    if (!captured) return undefined;
    this.#syncSoon();
    this.#reporter.captured();
    return captured;
  }

  #takeMessage(parentMessageId: string, event: CommEvent<'comm_msg'>): CommEvent<'comm_msg'> | undefined {
    const { comm_id: commId, data, buffers } = event;
    const { method } = data;
    if (commId.startsWith(controlPrefix)) {
      if (method === 'update_states' && this.#requests.isAnswer(commId)) this.#openAll(data, buffers);
      return undefined;
    }
    // The kernel repeats what the gateway has set itself.
    if (method === 'echo_update' && isAboutSync(parentMessageId)) return undefined;
    if (method === 'update' || method === 'echo_update') this.#change(commId, readUpdate(data, buffers));
    return event;
  }

  #takeClose(event: CommEvent<'comm_close'>): CommEvent<'comm_close'> | undefined {
    if (event.comm_id.startsWith(controlPrefix)) {
      if (!this.#requests.isAnswer(event.comm_id)) return undefined;
      // It has no widgets, or cannot describe them.
      this.#captures.assumeEmpty();
      this.#complete();
      return undefined;
    }
    this.#close(event.comm_id);
    return event;
  }

  #open(commId: string, update: WidgetUpdate): void {
    this.#models.open(commId, update);
    const { state } = update;
    if (state._model_name !== 'OutputModel' || state._model_module !== '@jupyter-widgets/output') return;
    this.#captures.set(commId, state.outputs ?? []);
    if (typeof state.msg_id === 'string') this.#captures.hook(commId, state.msg_id);
  }

  #change(commId: string, update: WidgetUpdate): void {
    this.#models.update(commId, update);
    const { outputs, msg_id: messageId } = update.state;
    if (outputs !== undefined && this.#captures.has(commId)) this.#captures.set(commId, outputs);
    if (typeof messageId !== 'string') return;
    const isUnknown = !this.#models.has(commId);
    if (isUnknown || this.#captures.has(commId)) this.#captures.hook(commId, messageId);
    if (isUnknown && messageId !== '') this.#isComplete = false;
  }

  #close(commId: string): void {
    this.#models.delete(commId);
    this.#captures.delete(commId);
  }

  #setOutputs(commId: string, outputs: readonly object[]): void {
    this.#models.update(commId, { state: { outputs }, buffers: [] });
  }

  #openAll(data: Record<string, unknown>, buffers: readonly string[] = []): void {
    for (const [commId, state] of readStates(data, buffers)) {
      // What is known is newer: it has what the kernel has not got yet.
      if (!this.#models.has(commId) && commId.length <= maxCommId) this.#open(commId, state);
    }
    this.#captures.deleteUnknown();
    // Those who follow the comms do not know the models either.
    this.#reporter.reset();
    this.#complete();
  }

  #complete(): void {
    this.#isComplete = true;
    this.#requests.done();
    this.#reporter.captured();
  }

  /** The next process of the kernel has none of it. */
  #forget(): void {
    this.#models.clear();
    this.#captures.clear();
    this.#isComplete = true;
    this.#requests.done();
    this.#reporter.reset();
  }
}
