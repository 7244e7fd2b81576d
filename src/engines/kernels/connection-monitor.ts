import type { Kernel } from '@jupyterlab/services';
import type { KernelSockets } from './kernel-sockets.js';

const tickMs = 900;
/** The number of ticks between two checks whether the server still has the kernel. */
const kernelCheckTicks = 3;
/** After this many ticks without a byte the server is checked at each tick. */
const silentTicks = 3;
/** How long a kernel that the server does not have any more may take until it is given up. */
const goneMs = 200;
/** This many checks in a row that find no process at the server's address say that the server has ended. */
const maxRefusals = 3;
/**
 * This many checks of a silent connection that the server answers show that the connection is broken: one that is open would
 * have brought an answer to its ping, and the opening of one has its own time limit.
 */
const maxAnswers: Record<Kernel.ConnectionStatus, number> = { connected: 2, connecting: 6, disconnected: 1 };

/** What a {@link ConnectionMonitor} needs. */
export interface MonitorDeps {
  connection: Kernel.IKernelConnection;
  sockets: KernelSockets;
  /** Whether the server still has the kernel. @throws Error of any kind when the server does not answer in bounded time */
  kernelExists: () => Promise<boolean>;
  /** Whether a refused connection means that the server's process has ended: not so where something lies in between. */
  isDirect: boolean;
  /** Whether a reconnect is expected now, as in a restart, which has its own time limit. */
  reconnectExpected: () => boolean;
  /** How long the server may answer nothing before it is given up; in milliseconds. */
  maxSilenceMs: number;
  /** Called once, when the monitor gives up. */
  lost: (reason: 'kernel_died' | 'connection_lost') => void;
}

/**
 * Detects what the library does not notice: a server that hangs, a network that carries nothing any more, a kernel that
 * another client removed, and a server that has ended. A server that only hangs gets time: its connection is kept, or opened
 * again once the server answers, and `lost` is called after `maxSilenceMs`. For a server or a kernel that has ended, `lost` is
 * called within 5 s. Silence is counted in ticks, so that a stall of this process adds only one.
 */
export class ConnectionMonitor {
  readonly #deps: MonitorDeps;
  readonly #ticker: NodeJS.Timeout;
  readonly #silenceListeners = new Set<() => void>();
  #ticks = 0;
  #silentTicks = 0;
  #isSilent = false;
  /** The checks since the last byte that the server has answered. */
  #answers = 0;
  #refusals = 0;
  #checking = false;
  #stopped = false;
  #goneTimer: NodeJS.Timeout | undefined;

  constructor(deps: MonitorDeps) {
    this.#deps = deps;
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    deps.connection.connectionStatusChanged.connect(this.#onConnectionStatus, this);
  }

  /** Whether the server does not answer now. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Calls `listener` each time when the server does not answer any more. */
  onSilence(listener: () => void): void {
    this.#silenceListeners.add(listener);
  }

  /** Ends the monitoring; `lost` is not called after that. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#ticker);
    clearTimeout(this.#goneTimer);
    this.#deps.connection.connectionStatusChanged.disconnect(this.#onConnectionStatus, this);
  }

  #tick(): void {
    const { sockets, maxSilenceMs } = this.#deps;
    this.#ticks += 1;
    if (this.#hasAnswered()) this.#answered();
    else this.#silentTicks += 1;
    if (this.#silentTicks * tickMs >= maxSilenceMs) this.#giveUp('connection_lost');
    if (this.#stopped) return;
    sockets.ping();
    if (this.#ticks % kernelCheckTicks === 0 || this.#silentTicks >= silentTicks) void this.#check();
  }

  #hasAnswered(): boolean {
    const { connection, sockets, reconnectExpected } = this.#deps;
    return connection.connectionStatus === 'connected' ? sockets.receivedBytes() : reconnectExpected();
  }

  #answered(): void {
    this.#silentTicks = 0;
    this.#answers = 0;
    this.#refusals = 0;
    this.#setSilent(false);
  }

  #setSilent(isSilent: boolean): void {
    const was = this.#isSilent;
    this.#isSilent = isSilent;
    if (isSilent && !was) for (const listener of this.#silenceListeners) listener();
  }

  /** Asks the server for the kernel: the socket of a removed kernel stays open, and the server answers its pings. */
  async #check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    const answer = await this.#deps.kernelExists().catch((error: unknown) => error);
    this.#checking = false;
    if (this.#stopped) return;
    if (answer === true) this.#onAnswer();
    // Of a kernel that has exited, the server says so on the socket too; that comes first then.
    else if (answer === false) this.#goneTimer ??= setTimeout(() => this.#giveUp('kernel_died'), goneMs);
    else this.#onNoAnswer(answer);
  }

  #onAnswer(): void {
    const { connection } = this.#deps;
    this.#refusals = 0;
    this.#setSilent(false);
    if (this.#silentTicks < silentTicks) return;
    this.#answers += 1;
    if (this.#answers < maxAnswers[connection.connectionStatus]) return;
    this.#answers = 0;
    void connection.reconnect();
  }

  #onNoAnswer(error: unknown): void {
    this.#answers = 0;
    this.#refusals = this.#deps.isDirect && isRefusal(error) ? this.#refusals + 1 : 0;
    if (this.#refusals >= maxRefusals) this.#giveUp('connection_lost');
    else if (this.#silentTicks >= silentTicks) this.#setSilent(true);
  }

  #onConnectionStatus(): void {
    // The library disposes of a connection itself when it considers the kernel dead.
    if (this.#deps.connection.isDisposed) this.#giveUp('kernel_died');
  }

  #giveUp(reason: 'kernel_died' | 'connection_lost'): void {
    this.stop();
    this.#deps.lost(reason);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
