import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

const maxPayloadBytes = 512 * 1024 * 1024;
const handshakeTimeoutMs = 4_000;
const closeGraceMs = 1_000;

/** The socket that a kernel connection has at the moment; the library makes a new one at each reconnect. */
export interface SocketWatch {
  /** Whether any byte came since the last call; also `true` while there is no open socket to judge. */
  heard(): boolean;
  /** Asks the server for a sign of life. */
  ping(): void;
}

/**
 * Makes the WebSocket class that the library is given for one connection, and the watch over its sockets.
 *
 * The server sets no TCP_NODELAY, so Nagle's algorithm holds small messages back until the last one is acknowledged,
 * which the delayed ACK puts off by 40 ms; a pong after each batch of messages carries the acknowledgement at once.
 */
export function watchedSocket(token: string): { Socket: typeof WebSocket; watch: SocketWatch } {
  let current: KernelSocket | undefined;

  class KernelSocket extends WebSocket {
    #socket: Socket | undefined;
    #bytesSeen = 0;
    #pongDue = false;

    constructor(url: string, protocols: string[]) {
      super(url, protocols, {
        headers: { authorization: `token ${token}` },
        perMessageDeflate: false,
        maxPayload: maxPayloadBytes,
        handshakeTimeout: handshakeTimeoutMs,
      });
      current = this;
      this.on('upgrade', (response) => {
        this.#socket = response.socket;
      });
      this.on('message', () => this.#acknowledge());
    }

    #acknowledge(): void {
      if (this.#pongDue) return;
      this.#pongDue = true;
      setImmediate(() => {
        this.#pongDue = false;
        if (this.readyState === WebSocket.OPEN) this.pong();
      });
    }

    heard(): boolean {
      if (this.readyState !== WebSocket.OPEN) return true;
      const bytes = this.#socket?.bytesRead ?? 0;
      const heard = bytes !== this.#bytesSeen;
      this.#bytesSeen = bytes;
      return heard;
    }

    override close(code?: number, data?: string | Buffer): void {
      super.close(code, data);
      // A server that hangs never answers the closing handshake.
      setTimeout(() => this.terminate(), closeGraceMs).unref();
    }
  }

  return {
    Socket: KernelSocket as unknown as typeof WebSocket,
    watch: {
      heard: () => current?.heard() ?? true,
      ping: () => {
        if (current?.readyState === WebSocket.OPEN) current.ping();
      },
    },
  };
}
