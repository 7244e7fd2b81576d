import type { Kernel } from '@jupyterlab/services';
import type { SocketWatch } from './kernel-socket.js';

/** How often a sign of life is asked for. */
const tickMs = 900;
/** How many ticks without a byte make a server that hangs. Ticks and not time: a stall of this process adds one. */
const silentTicks = 4;
/** How long the library may try to connect again. */
const reconnectMs = 4_000;

/**
 * Watches a connection for what the library does not notice, a server that hangs, or never gives up on, one that is
 * gone. Calls `lost` once, at the latest 5 s after either.
 * @param pardoned whether connecting again is a part of what goes on, as in a restart, which has a limit of its own
 * @returns the function that stops watching
 */
export function guardConnection(
  connection: Kernel.IKernelConnection,
  watch: SocketWatch,
  pardoned: () => boolean,
  lost: () => void,
): () => void {
  let silent = 0;
  let reconnecting: NodeJS.Timeout | undefined;

  const ticker = setInterval(() => {
    silent = watch.heard() ? 0 : silent + 1;
    if (silent >= silentTicks) giveUp();
    else watch.ping();
  }, tickMs);

  function stop(): void {
    clearInterval(ticker);
    clearTimeout(reconnecting);
    connection.connectionStatusChanged.disconnect(changed);
  }

  function giveUp(): void {
    stop();
    lost();
  }

  function changed(_: unknown, status: Kernel.ConnectionStatus): void {
    clearTimeout(reconnecting);
    reconnecting = undefined;
    if (status === 'connected' || connection.isDisposed) return;
    if (status === 'disconnected') giveUp();
    else if (!pardoned()) reconnecting = setTimeout(giveUp, reconnectMs);
  }

  connection.connectionStatusChanged.connect(changed);
  return stop;
}
