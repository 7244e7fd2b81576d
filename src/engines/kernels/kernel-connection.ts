import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { ConnectionMonitor } from './connection-monitor.js';
import { createExecuteRequest, type ExecuteRequest } from './create-execute-request.js';
import type { IncomingMessage } from './decode-message.js';
import { KernelComms } from './kernel-comms.js';
import type { KernelDeps } from './kernel-deps.js';
import { KernelInterrupts } from './kernel-interrupts.js';
import { KernelLostError } from './kernel-lost-error.js';
import { kernelNotReady } from './kernel-not-ready.js';
import { KernelQuestions } from './kernel-questions.js';
import type { KernelRelay } from './kernel-relay.js';
import { KernelRestApi } from './kernel-rest-api.js';
import { KernelRun, type RunEventListener, type RunReply } from './kernel-run.js';
import { KernelSockets } from './kernel-sockets.js';
import { KernelState, maxReadyMs, type OtherEventListener } from './kernel-state.js';
import type { KernelStatus, StatusListener } from './kernel-status.js';
import { openLibraryConnection } from './open-library-connection.js';
import { openRelay } from './open-relay.js';
import { runtimeUnavailable } from './runtime-unavailable.js';

const requestInfoEveryMs = 2_000;

/**
 * The one connection that owns a running kernel.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
export class KernelConnection {
  /** The kernel's id on its server. */
  readonly kernelId: string;
  /** Whether its server answers. */
  readonly monitor: ConnectionMonitor;
  /** What is asked beside the cells. */
  readonly questions: KernelQuestions;
  /** Sends messages on comms. */
  readonly comms: KernelComms;
  /** Keeps the messages of the kernel on its server; undefined on servers that have none. */
  readonly relay: KernelRelay | undefined;
  readonly #deps: KernelDeps;
  readonly #api: KernelRestApi;
  readonly #state: KernelState;
  readonly #connection: Kernel.IKernelConnection;
  readonly #infoTimer: NodeJS.Timeout;
  readonly #interrupts: KernelInterrupts;
  /** The request of the run that is not complete, and what sends its last answer to a request for input. */
  #sent: { request?: KernelMessage.IExecuteRequestMsg; answer?: () => void } = {};
  #restarting: Promise<void> | undefined;
  #shuttingDown: Promise<void> | undefined;

  private constructor(deps: KernelDeps) {
    this.#deps = deps;
    this.kernelId = deps.model.id;
    this.#api = new KernelRestApi(deps.rest, deps.model.id);
    this.#interrupts = new KernelInterrupts(() => this.#api.interrupt());
    const sendAgain = deps.relay && (() => this.#sendAgain());
    this.#state = new KernelState(() => this.#close(), { isNew: deps.isNew, sendAgain });
    this.relay = deps.relay && openRelay(deps.relay, this.#state, () => this.#sendAgain());
    const sockets = new KernelSockets(deps.endpoint.token, deps.rest.agent, this.relay);
    this.#connection = openLibraryConnection({ ...deps, sockets, hasPositions: this.relay !== undefined });
    // Repeated while the kernel starts, because it never answers a request that comes too early.
    this.#infoTimer = setInterval(() => {
      if (this.status === 'starting' || this.status === 'restarting') this.#requestInfo();
    }, requestInfoEveryMs);
    this.monitor = new ConnectionMonitor({
      connection: this.#connection,
      sockets,
      // A restart finds out itself whether the kernel still exists.
      kernelExists: async () =>
        (await this.#api.exists(this.relay !== undefined)) || this.#restarting !== undefined,
      isDirect: deps.endpoint.connect === undefined,
      reconnectExpected: () => this.status === 'restarting',
      maxSilenceMs: deps.maxSilenceMs,
      lost: (reason) => this.#state.end(reason),
    });
    const { status } = this.#state;
    const asker = { connection: this.#connection, clientId: deps.clientId, status };
    this.questions = new KernelQuestions(asker);
    this.comms = new KernelComms({ ...asker, isNew: deps.isNew });
    this.#connection.connectionStatusChanged.connect((_, state) => this.#onConnectionStatus(state));
    this.#connection.anyMessage.connect((_, { msg, direction }) => {
      for (const part of [this.#state, this.questions]) {
        if (direction === 'send') part.sent(msg);
        else part.received(msg as IncomingMessage);
      }
      if (direction === 'recv') this.comms.received(msg as IncomingMessage);
    });
  }

  /**
   * Opens the connection to a kernel that exists, and waits until the kernel is idle or busy. One that runs already may restart.
   * @throws DomainError of {@link kernelNotReady}; the reason of `signal` when it aborts
   */
  static async open(deps: KernelDeps, signal: AbortSignal): Promise<KernelConnection> {
    const kernel = new KernelConnection(deps);
    const ready: KernelStatus[] = ['idle', 'busy'];
    if (deps.relay?.attachedState !== undefined) ready.push('restarting');
    try {
      await kernel.#state.status.until(ready, maxReadyMs, signal);
      return kernel;
    } catch (cause) {
      kernel.dispose();
      signal.throwIfAborted();
      throw kernelNotReady(cause);
    }
  }

  get status(): KernelStatus {
    return this.#state.status.current;
  }

  /** The id of the spool in which the relay keeps the messages of the kernel; undefined without a relay. */
  get spool(): string | undefined {
    return this.relay?.spool;
  }

  /**
   * Whether no message is lost between connections, and a request that is sent again does not run again: so it is with a
   * relay.
   */
  get isExact(): boolean {
    return this.spool !== undefined;
  }

  /** No run is resumed on this connection: messages that wait for one wait no longer. */
  release(): void {
    this.relay?.release();
  }

  /** Calls `listener` at each change of `status`. Returns the function that stops it. */
  onStatus(listener: StatusListener): () => void {
    return this.#state.status.listen(listener);
  }

  /**
   * Sets the one listener for events that belong to no run that goes on: what threads, tasks and child processes of an
   * earlier run print, and the statuses of other requests.
   */
  onOtherEvent(listener: OtherEventListener): void {
    this.#state.onOtherEvent = listener;
    if (!this.relay?.hasRun) this.relay?.release();
  }

  /**
   * Runs code, one request at a time; the caller queues. `onEvent` gets every event in order, synchronously; an error that it
   * throws ends the run. With a relay it gets positions, and `onEnding` those of the reply and the idle status, or none when the
   * run fails; a request that was sent before is not run again. Resolves when both the reply and the idle status have arrived.
   * @throws KernelLostError at the latest 5 s after the kernel or its server died, or when the server has not answered for
   *   `maxSilenceMs`
   */
  async execute(
    request: ExecuteRequest,
    onEvent: RunEventListener,
    onEnding?: (position?: number) => void,
  ): Promise<RunReply> {
    this.#assertFree();
    const { messageId, owns } = request;
    const { clientId } = this.#deps;
    const message = createExecuteRequest(request, clientId);
    const run = new KernelRun({
      ...{ messageId, clientId, owns, onEvent, onEnding },
      requestInfo: () => this.#requestInfo(),
      isSilent: () => this.monitor.isSilent,
    });
    this.#state.run = run;
    this.#state.status.set('busy');
    try {
      return await this.#send(message, run);
    } finally {
      this.#sent = {};
      this.#state.run = undefined;
      if (this.status === 'busy') this.#state.status.set('idle');
    }
  }

  /**
   * Interrupts the running cell. If the kernel has not begun the run yet, waits up to 2 s for that. Messages that wait for a run
   * that is going to be resumed wait on.
   * @throws DomainError `runtime_unavailable`
   */
  async interrupt(): Promise<void> {
    try {
      await this.#interrupts.interrupt(this.#state.run);
    } catch (cause) {
      throw runtimeUnavailable('The kernel could not be interrupted; restart the session.', cause);
    }
  }

  /**
   * Answers a request for input of the run.
   * @param requestId of the event `input_request`
   * @returns false when the kernel does not wait for an answer to it
   */
  answerInput(requestId: string, value: string): boolean {
    const header = this.#state.run?.takeInputRequest(requestId);
    if (!header) return false;
    const request = header as KernelMessage.IInputRequestMsg['header'];
    this.#sent.answer = () => this.#connection.sendInputReply({ status: 'ok', value }, request);
    this.#sent.answer();
    return true;
  }

  /**
   * Restarts the kernel and waits until it is idle; a run that is not complete rejects.
   * @throws KernelLostError when the server no longer has the kernel: the status stays `restarting`, so that the caller can
   *   start another kernel instead; DomainError `runtime_unavailable`, and then the status is `dead`
   */
  async restart(): Promise<void> {
    if (this.status === 'dead') throw runtimeUnavailable('The kernel is dead; start a new session.');
    this.relay?.release();
    this.#restarting ??= this.#restart().finally(() => {
      this.#restarting = undefined;
    });
    return this.#restarting;
  }

  /** Ends the run, the kernel and the connection; idempotent. @throws DomainError `runtime_unavailable` */
  shutdown(): Promise<void> {
    this.#shuttingDown ??= this.#shutDown().catch((cause) => {
      this.#shuttingDown = undefined;
      throw runtimeUnavailable('The kernel could not be shut down; stop its worker.', cause);
    });
    return this.#shuttingDown;
  }

  /**
   * Closes the connection. The kernel continues, and its server keeps its output for the same client id.
   * @param reason what a run that is not complete rejects with
   */
  dispose(reason: 'connection_lost' | 'released' = 'connection_lost'): void {
    this.#close();
    this.#state.run?.fail(new KernelLostError(reason));
  }

  #assertFree(): void {
    if (this.#state.run) throw new Error('Another run is not complete; the caller must queue.');
    if (this.status === 'dead' || this.#connection.isDisposed) throw new KernelLostError('connection_lost');
    if (this.#shuttingDown) throw new KernelLostError('shutdown');
    if (this.status === 'restarting') throw new KernelLostError('restarted');
  }

  async #send(message: KernelMessage.IExecuteRequestMsg, run: KernelRun): Promise<RunReply> {
    await this.#interrupts.answered(run.done);
    if (run.isOver) return run.done;
    this.#sent.request = message;
    const future = this.#connection.sendShellMessage(message, true);
    future.done.catch(() => {});
    this.relay?.release();
    try {
      return await run.done;
    } finally {
      future.dispose();
    }
  }

  async #restart(): Promise<void> {
    this.#state.requestRestart();
    try {
      // The second promise never resolves; it rejects when the monitor finds the server gone.
      const restarted = Promise.race([this.#connection.restart(), this.#state.status.until([], maxReadyMs)]);
      await restarted.finally(() => this.#state.endRunOfRestart());
      await this.#state.status.until(['idle'], maxReadyMs);
    } catch (cause) {
      if (cause instanceof KernelLostError) {
        this.#close();
        throw cause;
      }
      this.#state.end('kernel_died');
      throw runtimeUnavailable('The kernel could not be restarted; restart the session once more.', cause);
    }
  }

  async #shutDown(): Promise<void> {
    const ended = new KernelLostError('shutdown');
    this.#state.run?.endAs(ended);
    await this.#api.remove().finally(() => this.#state.run?.fail(ended));
    this.#state.end('shutdown');
  }

  #sendAgain(): void {
    if (this.#sent.request) this.#connection.sendShellMessage(this.#sent.request, true).done.catch(() => {});
    this.#sent.answer?.();
  }

  #onConnectionStatus(state: Kernel.ConnectionStatus): void {
    if (this.#deps.busy && state === 'connected' && this.status === 'starting')
      this.#state.status.set('busy');
  }

  #close(): void {
    clearInterval(this.#infoTimer);
    this.monitor.stop();
    this.relay?.close();
    this.#connection.dispose();
  }

  #requestInfo(): void {
    if (this.#connection.connectionStatus === 'connected') void this.#connection.requestKernelInfo();
  }
}
