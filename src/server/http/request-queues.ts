import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** About as many as fit into what Node reads with one call. */
const maxWaiting = 4_000;
/** Of all connections together; each takes a few KiB. */
const maxWaitingInAll = 20_000;

/** What waits on one connection behind the request that is handled now. */
interface Queue {
  waiting: (() => void)[];
  drop(): void;
}

/**
 * Handles the requests of each connection one after the other. Node hands over all requests that a client has sent without
 * waiting for answers (pipelining) without a pause between them: thousands, which would keep everybody else waiting.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2
 */
export class RequestQueues {
  /** Of connections on which a request is handled. */
  readonly #queues = new WeakMap<Socket, Queue>();
  #inAll = 0;

  /** How many requests wait for those before them. */
  get waiting(): number {
    return this.#inAll;
  }

  /**
   * Handles a request: immediately, or after the answer to the request before it on its connection. It is dropped where the
   * connection is closed before; a connection on which too many wait is closed.
   */
  take(req: IncomingMessage, res: ServerResponse, handle: () => void): void {
    const { socket } = req;
    const begin = () => {
      res.once('close', () => this.#leave(socket));
      handle();
    };
    const queue = this.#queues.get(socket);
    if (queue) {
      this.#enqueue(socket, queue, begin);
      return;
    }
    const opened: Queue = { waiting: [], drop: () => this.#drop(opened) };
    this.#queues.set(socket, opened);
    begin();
  }

  #enqueue(socket: Socket, { waiting, drop }: Queue, begin: () => void): void {
    if (waiting.length >= maxWaiting || this.#inAll >= maxWaitingInAll) {
      socket.destroy();
      return;
    }
    if (waiting.length === 0) socket.once('close', drop);
    waiting.push(begin);
    this.#inAll++;
    // The bodies of those that wait are read when they are handled; that of the request before them is complete.
    socket.pause();
  }

  #leave(socket: Socket): void {
    const { waiting } = this.#queues.get(socket)!;
    if (waiting.length === 0) {
      this.#queues.delete(socket);
      return;
    }
    // Node resumes it to read the body of each request, also where there is none.
    socket.pause();
    setImmediate(() => this.#next(socket));
  }

  #next(socket: Socket): void {
    const queue = this.#queues.get(socket)!;
    // After an answer with `Connection: close`.
    if (!socket.writable) this.#drop(queue);
    const begin = queue.waiting.shift();
    if (!begin) {
      this.#queues.delete(socket);
      return;
    }
    this.#inAll--;
    if (queue.waiting.length === 0) {
      socket.off('close', queue.drop);
      socket.resume();
    }
    begin();
  }

  #drop({ waiting }: Queue): void {
    this.#inAll -= waiting.length;
    waiting.length = 0;
  }
}
