import type { Kernel } from '@jupyterlab/services';
import type { SocketWatch } from './kernel-sockets.js';

/** How often a sign of life is asked for. */
const tickMs = 900;
/** How many ticks without a byte make a server that hangs. Ticks and not time: a stall of this process adds one. */
const silentTicks = 4;
/** How many ticks lie between two looks at whether the server still has the kernel. */
const lookTicks = 3;
/** How long the library may try to connect again. */
const reconnectMs = 4_000;

/**
 * Watches a connection for what the library does not notice, a server that hangs or a kernel that somebody else
 * removed, or never gives up on, a server that is gone. Calls `lost` once, at the latest 5 s after either.
 * @param options.exists whether the server still has the kernel; what it throws says nothing
 * @param options.pardoned whether connecting again is a part of what goes on, as in a restart, which has a limit of
 *   its own
 * @returns the function that stops watching
 */
export function guardConnection(options: {
  connection: Kernel.IKernelConnection;
  watch: SocketWatch;
  exists: () => Promise<boolean>;
  pardoned: () => boolean;
  lost: (reason: 'kernel_died' | 'connection_lost') => void;
}): () => void {
  const { connection, watch } = options;
  let ticks = 0;
  let silent = 0;
  let looking = false;
  let stopped = false;
  let reconnecting: NodeJS.Timeout | undefined;

  const ticker = setInterval(() => {
    ticks += 1;
    if (ticks % lookTicks === 0) void look();
    silent = watch.heard() ? 0 : silent + 1;
    if (silent >= silentTicks) giveUp('connection_lost');
    else watch.ping();
  }, tickMs);

  /** The socket of a removed kernel stays open and its pings are answered. */
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    const exists = await options.exists().catch(() => true);
    looking = false;
    if (!exists && !stopped) giveUp('kernel_died');
  }

  function stop(): void {
    stopped = true;
    clearInterval(ticker);
    clearTimeout(reconnecting);
    connection.connectionStatusChanged.disconnect(changed);
  }

  function giveUp(reason: 'kernel_died' | 'connection_lost'): void {
    stop();
    options.lost(reason);
  }

  function changed(_: unknown, status: Kernel.ConnectionStatus): void {
    clearTimeout(reconnecting);
    reconnecting = undefined;
    // The library disposes of a connection by itself once it takes its kernel for dead.
    if (connection.isDisposed) giveUp('kernel_died');
    else if (status === 'disconnected') giveUp('connection_lost');
    else if (status !== 'connected' && !options.pardoned())
      reconnecting = setTimeout(() => giveUp('connection_lost'), reconnectMs);
  }

  connection.connectionStatusChanged.connect(changed);
  return stop;
}
