import type { WebSocket } from 'ws';

/** Longer messages are sent in fragments of this size: a client that reads slowly takes one of them now and then. */
const fragmentBytes = 64 * 1024;

/**
 * Sends the messages of a socket one after another. A message counts until the client's side of the connection has it, so that
 * its source waits for a slow client.
 */
export class SocketOutput {
  readonly #ws: WebSocket;
  #last: Promise<void> = Promise.resolve();
  #writingSince: number | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(ws: WebSocket) {
    this.#ws = ws;
  }

  /** When the connection took something last, as `performance.now()` counts. */
  get writtenAt(): number {
    return this.#writtenAt;
  }

  /** For how many milliseconds the connection has taken nothing of what waits; 0 where nothing waits. */
  get stalledMs(): number {
    return this.#writingSince === undefined ? 0 : performance.now() - this.#writingSince;
  }

  /**
   * Resolves when the connection has taken the message, or is closed.
   * @param parts of the message, in UTF-8
   */
  send(parts: readonly Uint8Array[]): Promise<void> {
    if (this.#ws.readyState !== this.#ws.OPEN) return Promise.resolve();
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    const pieces = () => (bytes <= fragmentBytes ? [Buffer.concat(parts)] : parts.flatMap(fragments));
    this.#last = this.#last.then(() => this.#write(pieces()));
    return this.#last;
  }

  async #write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const [index, piece] of pieces.entries()) {
      if (this.#ws.readyState !== this.#ws.OPEN) return;
      this.#writingSince = performance.now();
      // An error closes the socket, so it needs no handling here.
      await new Promise<void>((resolve) => {
        this.#ws.send(piece, { binary: false, fin: index === pieces.length - 1 }, () => resolve());
      });
      this.#writingSince = undefined;
      this.#writtenAt = performance.now();
    }
  }
}

function fragments(part: Uint8Array): Uint8Array[] {
  const count = Math.ceil(part.length / fragmentBytes);
  return Array.from({ length: count }, (_, index) =>
    part.subarray(index * fragmentBytes, (index + 1) * fragmentBytes),
  );
}
