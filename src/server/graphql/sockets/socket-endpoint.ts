import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols, type Server } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { Periodic } from '../../../engines/events/periodic.js';
import { DomainError } from '../../../errors.js';
import { ClientSocket, type ClientSocketDeps } from './client-socket.js';
import { createSocketServer, type SocketServerDeps } from './create-socket-server.js';

/** What {@link SocketEndpoint} uses. */
export interface SocketEndpointDeps
  extends SocketServerDeps,
    Omit<ClientSocketDeps, 'admit' | 'log' | 'services'> {}

/** Larger files and notebooks are for requests of HTTP. */
const maxMessageBytes = 8 * 1024 * 1024;
const maxSockets = 2_000;
/** How many sockets may wait for their `connection_init`: in all, and from one address. */
const maxUnknown = 500;
const maxUnknownPerAddress = 100;
const maxSocketsPerUser = 200;
const retryAfterSeconds = 10;
const pingMs = 15_000;
/** A client answers each ping, so two of them got no answer. */
const maxSilentMs = 40_000;
const maxStalledMs = 30_000;
/** The time of a client to close its side. */
const closeTimeout = 2_000;
/** Service restart: clients connect again. */
const serviceRestart = 1012;

/** `/graphql` over WebSocket: the protocol `graphql-transport-ws`. */
export class SocketEndpoint {
  readonly #deps: SocketEndpointDeps;
  readonly #server: Server<ClientSocket>;
  readonly #sockets = new Set<ClientSocket>();
  /** By user, how many sockets are open. */
  readonly #openOf = new Map<string, number>();
  readonly #pings = new Periodic(pingMs, async () => this.#pingAll());
  readonly #handshakes = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessageBytes,
    // The socket of a client of another protocol is opened without one, and closed with 4406. Browsers and many libraries
    // close it themselves, because they have got no protocol.
    handleProtocols,
    closeTimeout,
  } as ConstructorParameters<typeof WebSocketServer>[0]);
  #isClosed = false;

  constructor(deps: SocketEndpointDeps) {
    this.#deps = deps;
    this.#server = createSocketServer(deps);
  }

  /**
   * Opens the socket that a request asks for. A header `Authorization` is checked here already, and the socket counts
   * for its user.
   * @param head what the client has sent after the request
   * @throws DomainError `overloaded`, `rate_limited`, and what the authentication throws: the request is not answered then
   */
  async open(req: IncomingMessage, socket: Duplex, head: Buffer, requestId: string): Promise<void> {
    const { context, quotas } = this.#deps;
    const { authorization } = req.headers;
    let leave: (() => void) | undefined;
    if (authorization !== undefined) {
      quotas.countMessage(authorization);
      const { actor } = await context(req, authorization, requestId);
      this.#assertRoom(null);
      leave = this.#admit(actor.userId);
    } else this.#assertRoom(req.socket.remoteAddress);
    let begun = false;
    // It calls back immediately, or answers a request that is no handshake.
    this.#handshakes.handleUpgrade(req, socket, head, (ws) => {
      begun = true;
      this.#begin(ws, { req, requestId, leave });
    });
    if (!begun) leave?.();
  }

  /** @param address of a client that does not say who it is; null for one that does */
  #assertRoom(address: string | null | undefined): void {
    const unknown = [...this.#sockets].map((one) => one.unknownAddress).filter((one) => one !== undefined);
    const isFull =
      this.#sockets.size >= maxSockets ||
      (address !== null &&
        (unknown.length >= maxUnknown ||
          unknown.filter((one) => one === address).length >= maxUnknownPerAddress));
    if (!this.#isClosed && !isFull) return;
    const message = 'Too many sockets are open; try again later.';
    throw new DomainError('overloaded', message, { retryAfterSeconds });
  }

  /** How many are open. */
  get count(): number {
    return this.#sockets.size;
  }

  /** Closes all sockets, so that their clients connect again, to the next process or to another gateway. */
  closeAll(): void {
    this.#isClosed = true;
    void this.#pings.close();
    for (const socket of this.#sockets) socket.close(serviceRestart, 'The gateway stops; connect again.');
  }

  /** Cuts the connections that have not ended. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.cut();
  }

  #begin(
    ws: WebSocket,
    opened: { req: IncomingMessage; requestId: string; leave: (() => void) | undefined },
  ): void {
    const { log } = this.#deps;
    const { requestId } = opened;
    const client = new ClientSocket(ws, opened, {
      ...this.#deps,
      admit: (userId) => this.#admit(userId),
    });
    this.#sockets.add(client);
    this.#pings.begin();
    const start = performance.now();
    const { protocol } = client;
    const closed = this.#server.opened(
      {
        protocol,
        send: (text) => client.send(text),
        close: (code = 1000, reason = '') => client.close(code, reason),
        // The library parses what is not parsed already.
        onMessage: (handle) => client.onMessage(handle as (message: unknown) => Promise<void>),
      },
      client,
    );
    // What is wrong is in the code that the socket is closed with.
    ws.on('error', () => {});
    ws.once('close', (code, reason) => {
      this.#sockets.delete(client);
      const ms = Math.round(performance.now() - start);
      const operations = client.operations.begun;
      log.info({ requestId, path: '/graphql', code, operations, ms }, 'socket');
      closed(code, reason.toString()).catch((error) =>
        log.warn({ err: error, requestId }, 'the operations of a socket did not end in order'),
      );
    });
  }

  #admit(userId: string): () => void {
    const open = this.#openOf.get(userId) ?? 0;
    if (open >= maxSocketsPerUser)
      throw new DomainError('rate_limited', `You have ${maxSocketsPerUser} sockets; close one first.`);
    this.#openOf.set(userId, open + 1);
    return () => {
      const left = this.#openOf.get(userId)! - 1;
      if (left > 0) this.#openOf.set(userId, left);
      else this.#openOf.delete(userId);
    };
  }

  #pingAll(): void {
    for (const socket of this.#sockets) {
      if (socket.stalledMs > maxStalledMs || socket.silentMs > maxSilentMs) socket.cut();
      else socket.ping();
    }
  }
}
