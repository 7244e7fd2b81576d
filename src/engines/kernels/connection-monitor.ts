import type { Kernel } from '@jupyterlab/services';
import type { KernelSockets } from './kernel-sockets.js';

const tickMs = 900;
/** After this many ticks without a byte the server hangs. Counted in ticks: a stall of this process adds only one. */
const maxSilentTicks = 4;
/** The number of ticks between two checks whether the server still has the kernel. */
const kernelCheckTicks = 3;
/** How long a kernel that the server does not have any more may take until it is given up. */
const goneMs = 200;
/** How long the library may try to reconnect. */
const maxReconnectMs = 4_000;

/** What a {@link ConnectionMonitor} needs. */
export interface MonitorDeps {
  connection: Kernel.IKernelConnection;
  sockets: KernelSockets;
  /** Whether the server still has the kernel; an error is ignored. */
  kernelExists: () => Promise<boolean>;
  /** Whether a reconnect is expected now, as in a restart, which has its own time limit. */
  reconnectExpected: () => boolean;
  /** Called once, when the monitor gives up. */
  lost: (reason: 'kernel_died' | 'connection_lost') => void;
}

/**
 * Detects what the library does not notice: a server that hangs, a kernel that another client removed, and a server that is
 * gone (the library would reconnect without end). Calls `lost` at the latest 5 s after one of them happened.
 */
export class ConnectionMonitor {
  readonly #deps: MonitorDeps;
  readonly #ticker: NodeJS.Timeout;
  #ticks = 0;
  #silentTicks = 0;
  #checking = false;
  #stopped = false;
  #reconnectTimer: NodeJS.Timeout | undefined;
  #goneTimer: NodeJS.Timeout | undefined;

  constructor(deps: MonitorDeps) {
    this.#deps = deps;
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    deps.connection.connectionStatusChanged.connect(this.#onConnectionStatus, this);
  }

  /** Ends the monitoring; `lost` is not called after that. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#ticker);
    clearTimeout(this.#reconnectTimer);
    clearTimeout(this.#goneTimer);
    this.#deps.connection.connectionStatusChanged.disconnect(this.#onConnectionStatus, this);
  }

  #tick(): void {
    this.#ticks += 1;
    if (this.#ticks % kernelCheckTicks === 0) void this.#checkKernel();
    this.#silentTicks = this.#deps.sockets.receivedBytes() ? 0 : this.#silentTicks + 1;
    if (this.#silentTicks >= maxSilentTicks) this.#giveUp('connection_lost');
    else this.#deps.sockets.ping();
  }

  /** The socket of a removed kernel stays open, and the server answers its pings. */
  async #checkKernel(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    const exists = await this.#deps.kernelExists().catch(() => true);
    this.#checking = false;
    if (exists || this.#stopped) return;
    // Of a kernel that has exited, the server says so on the socket too; that comes first then.
    this.#goneTimer ??= setTimeout(() => this.#giveUp('kernel_died'), goneMs);
  }

  #onConnectionStatus(_: unknown, status: Kernel.ConnectionStatus): void {
    clearTimeout(this.#reconnectTimer);
    this.#reconnectTimer = undefined;
    // The library disposes of a connection itself when it considers the kernel dead.
    if (this.#deps.connection.isDisposed) this.#giveUp('kernel_died');
    else if (status === 'disconnected') this.#giveUp('connection_lost');
    else if (status !== 'connected' && !this.#deps.reconnectExpected())
      this.#reconnectTimer = setTimeout(() => this.#giveUp('connection_lost'), maxReconnectMs);
  }

  #giveUp(reason: 'kernel_died' | 'connection_lost'): void {
    this.stop();
    this.#deps.lost(reason);
  }
}
