import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

const maxPayloadBytes = 512 * 1024 * 1024;
const handshakeTimeoutMs = 4_000;
const closeTimeoutMs = 1_000;

/** The WebSockets of one kernel connection. The library opens a new one at each reconnect, so only the newest matters. */
export class KernelSockets {
  /** The WebSocket class for the library. */
  readonly Socket: typeof WebSocket;
  #current: KernelSocket | undefined;

  /**
   * @param token of the Jupyter server
   * @param agent opens the connections to it
   */
  constructor(token: string, agent: Agent) {
    const opened = (socket: KernelSocket) => {
      this.#current = socket;
    };
    this.Socket = class extends KernelSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { token, agent });
        opened(this);
      }
    } as unknown as typeof WebSocket;
  }

  /** Whether any byte arrived since the last call; also true while no socket is open. */
  receivedBytes(): boolean {
    return this.#current?.receivedBytes() ?? true;
  }

  /** Sends a ping, which a server that works answers; does nothing while no socket is open. */
  ping(): void {
    if (this.#current?.readyState === WebSocket.OPEN) this.#current.ping();
  }
}

/**
 * A WebSocket that sends a pong after each batch of messages. The server does not set TCP_NODELAY, so Nagle's algorithm
 * holds small messages back until the previous one is acknowledged, and the delayed ACK would postpone that by 40 ms. The
 * pong carries the acknowledgement immediately.
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3 on pongs that nobody requested
 */
class KernelSocket extends WebSocket {
  #socket: Socket | undefined;
  #bytesSeen = 0;
  #pongScheduled = false;

  constructor(url: string, protocols: string[], { token, agent }: { token: string; agent: Agent }) {
    super(url, protocols, {
      agent,
      headers: { authorization: `token ${token}` },
      perMessageDeflate: false,
      maxPayload: maxPayloadBytes,
      handshakeTimeout: handshakeTimeoutMs,
    });
    this.on('upgrade', (response) => {
      this.#socket = response.socket;
    });
    this.on('message', () => this.#schedulePong());
  }

  receivedBytes(): boolean {
    if (this.readyState !== WebSocket.OPEN) return true;
    const bytes = this.#socket?.bytesRead ?? 0;
    const received = bytes !== this.#bytesSeen;
    this.#bytesSeen = bytes;
    return received;
  }

  override close(code?: number, data?: string | Buffer): void {
    super.close(code, data);
    // A server that hangs never answers the closing handshake.
    setTimeout(() => this.terminate(), closeTimeoutMs).unref();
  }

  #schedulePong(): void {
    if (this.#pongScheduled) return;
    this.#pongScheduled = true;
    setImmediate(() => {
      this.#pongScheduled = false;
      if (this.readyState === WebSocket.OPEN) this.pong();
    });
  }
}
