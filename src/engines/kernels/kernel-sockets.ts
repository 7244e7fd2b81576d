import type { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { KernelRelay } from './kernel-relay.js';

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
   * @param relay the sockets go to the relay of the worker; default to the server's own handler
   */
  constructor(token: string, agent: Agent, relay?: KernelRelay) {
    const opened = (socket: KernelSocket) => {
      this.#current = socket;
    };
    this.Socket = class {
      constructor(url: string, protocols: string[]) {
        const options = { token, agent };
        const socket = relay
          ? new RelaySocket(url, protocols, { ...options, relay })
          : new ServerSocket(url, protocols, options);
        opened(socket);
        // biome-ignore lint/correctness/noConstructorReturn: the library constructs what it gets
        return socket;
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

/** A WebSocket to a Jupyter server. */
class KernelSocket extends WebSocket {
  #socket: Socket | undefined;
  #bytesSeen = 0;

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
}

/**
 * A WebSocket to the server's own handler that sends a pong after each batch of messages. The server does not set
 * TCP_NODELAY, so Nagle's algorithm holds small messages back until the previous one is acknowledged, and the delayed
 * ACK would postpone that by 40 ms. The pong carries the acknowledgement immediately.
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3 on pongs that nobody requested
 */
class ServerSocket extends KernelSocket {
  #pongScheduled = false;

  constructor(url: string, protocols: string[], options: { token: string; agent: Agent }) {
    super(url, protocols, options);
    this.on('message', () => this.#schedulePong());
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

/**
 * A WebSocket to the relay. The library gets the kernel's messages, each with its position in front; it does not get the
 * text that the relay sends between them. While messages are held, the socket is not read, so that the relay keeps them.
 */
class RelaySocket extends KernelSocket {
  readonly #relay: KernelRelay;
  readonly #held: unknown[][] = [];

  constructor(
    url: string,
    protocols: string[],
    { token, agent, relay }: { token: string; agent: Agent; relay: KernelRelay },
  ) {
    super(relay.address(url), protocols, { token, agent });
    this.#relay = relay;
    relay.opening(this);
    this.on('open', () => relay.isCurrent(this) && relay.opened());
  }

  override receivedBytes(): boolean {
    return super.receivedBytes() || this.isPaused;
  }

  sendText(text: string): void {
    if (this.readyState === WebSocket.OPEN) this.send(text);
  }

  deliverHeld(): void {
    for (const message of this.#held.splice(0)) this.#deliver(message);
    this.resume();
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'close') this.#relay.closed(this, args[0]);
    if (event !== 'message') return super.emit(event, ...args);
    const [data, isBinary] = args;
    if (!this.#relay.isCurrent(this)) return true;
    const isGreeting = this.#relay.spool === undefined || (!isBinary && String(data).startsWith('{"spool"'));
    if (this.#relay.isHeld && !isGreeting) this.#hold(args);
    else this.#deliver(args);
    return true;
  }

  #hold(message: unknown[]): void {
    this.#held.push(message);
    this.pause();
  }

  #deliver([data, isBinary]: unknown[]): void {
    if (!isBinary) this.#relay.received(String(data));
    else if (this.#relay.isNew(positionOf(data as ArrayBuffer))) super.emit('message', data, isBinary);
  }
}

/** The position that a message from the relay begins with; 0 for what is no message. */
function positionOf(data: ArrayBuffer): number {
  return data.byteLength < 8 ? 0 : Number(new DataView(data).getBigUint64(0, true));
}
