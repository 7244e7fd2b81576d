import type { WebSocket } from 'ws';

/**
 * Hands the messages of a socket over one after another. The connection is not read while one is handled, so that a client
 * cannot pile up work.
 */
export class SocketInput {
  readonly #ws: WebSocket;
  readonly #handle: (message: Buffer) => Promise<void>;
  readonly #waiting: Buffer[] = [];
  #isBusy = false;

  /** @param handle must not reject */
  constructor(ws: WebSocket, handle: (message: Buffer) => Promise<void>) {
    this.#ws = ws;
    this.#handle = handle;
  }

  /** Takes a message that has arrived; on a socket that closes, it is dropped. */
  push(message: Buffer): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    this.#waiting.push(message);
    if (!this.#isBusy) void this.#handleAll();
  }

  async #handleAll(): Promise<void> {
    this.#isBusy = true;
    this.#ws.pause();
    while (this.#waiting.length > 0 && this.#ws.readyState === this.#ws.OPEN)
      await this.#handle(this.#waiting.shift()!);
    this.#waiting.length = 0;
    this.#isBusy = false;
    this.#ws.resume();
  }
}
