import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { ServerConnection } from '../../../engines/kernels/jupyter-endpoint.js';

const headerBytes = 8;
const standardOutput = 1;

/**
 * The input and the output of a program in a container, over the connection on which the engine carries both. The engine
 * frames each piece of output: 4 bytes with the kind, 4 bytes with the length.
 * @see https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export class ExecStream extends Duplex implements ServerConnection {
  /** How many bytes have arrived. A reader that looks for signs of life asks for it, as of a network connection. */
  bytesRead = 0;
  readonly #connection: Socket;
  /** The part of a header that has arrived. */
  #header = Buffer.alloc(0);
  /** What is left of the present frame. */
  #frame = { kind: 0, bytes: 0 };

  /** @param connection after the engine has switched it from HTTP */
  constructor(connection: Socket) {
    // The program has ended once its output has.
    super({ allowHalfOpen: false });
    this.#connection = connection;
    connection.on('data', (chunk: Buffer) => this.#receive(chunk));
    connection.on('timeout', () => this.emit('timeout'));
    connection.on('end', () => this.push(null));
    connection.on('error', (error) => this.destroy(error));
    connection.on('close', () => {
      // After a regular end, what has arrived is still to be read.
      if (!connection.readableEnded) this.destroy(new Error('The connection to the container was closed.'));
    });
  }

  /** Emits `timeout` after so many milliseconds of silence, as HTTP clients require it of their connections. */
  setTimeout(milliseconds: number): this {
    this.#connection.setTimeout(milliseconds);
    return this;
  }

  setKeepAlive(isOn: boolean, milliseconds: number): this {
    this.#connection.setKeepAlive(isOn, milliseconds);
    return this;
  }

  ref(): this {
    this.#connection.ref();
    return this;
  }

  unref(): this {
    this.#connection.unref();
    return this;
  }

  override _read(): void {
    this.#connection.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#connection.write(chunk, done);
  }

  override _final(done: () => void): void {
    // It may be closed already.
    this.#connection.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connection.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    let rest = chunk;
    let isFull = false;
    while (rest.length > 0) {
      if (this.#frame.bytes === 0) {
        rest = this.#readHeader(rest);
      } else {
        const piece = rest.subarray(0, this.#frame.bytes);
        rest = rest.subarray(piece.length);
        this.#frame.bytes -= piece.length;
        if (this.#frame.kind === standardOutput) isFull = !this.push(piece);
      }
    }
    if (isFull) this.#connection.pause();
  }

  /** @returns what follows the header, or its part that has arrived */
  #readHeader(bytes: Buffer): Buffer {
    const missing = headerBytes - this.#header.length;
    this.#header = Buffer.concat([this.#header, bytes.subarray(0, missing)]);
    if (this.#header.length === headerBytes) {
      this.#frame = { kind: this.#header[0]!, bytes: this.#header.readUInt32BE(4) };
      this.#header = Buffer.alloc(0);
    }
    return bytes.subarray(missing);
  }
}
