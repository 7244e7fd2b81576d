import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FormattedExecutionResult } from 'graphql';
import { MessageType } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Services } from '../../../../schema/services.js';
import type { RequestContext } from '../../../context.js';
import type { ByteBudget } from '../../../engines/events/byte-budget.js';
import { isJsonObject } from '../../../engines/nbformat/json-object.js';
import { DomainError } from '../../../errors.js';
import { guardTransfer } from '../../../subscriptions/guard-transfer.js';
import { fileLimits, JsonBounds, smallLimits } from '../../../validation/json-bounds.js';
import { parseBody } from '../../http/parse-body.js';
import type { RequestBodies } from '../../http/request-bodies.js';
import type { TokenQuotas } from '../../http/token-quotas.js';
import { maskError } from '../mask-error.js';
import { authorizationOf } from './authorization-of.js';
import { closeOf } from './close-of.js';
import { SocketInput } from './socket-input.js';
import { SocketOperations } from './socket-operations.js';
import { SocketOutput } from './socket-output.js';

/** What a {@link ClientSocket} uses. */
export interface ClientSocketDeps {
  /** Authenticates the sender of a message. */
  context(
    req: IncomingMessage,
    authorization: string | undefined,
    requestId: string,
  ): Promise<RequestContext>;
  services: Services;
  quotas: TokenQuotas;
  /** Counts the bytes of messages until they are handled. */
  bodies: RequestBodies;
  /** Counts the bytes of results until they are sent. */
  output: ByteBudget;
  /** Counts a socket of a user; returns the function that ends that. @throws DomainError `rate_limited` */
  admit(userId: string): () => void;
  log: Logger;
}

/** What a client may send before it is authenticated. */
const maxEarlyBytes = 64 * 1024;
/** The level of a variable in a message. */
const variableDepth = 4;
/** A message with the result that {@link ClientSocket.hold} keeps. */
const withHeld = /\{"data":"([0-9a-f-]{36})"\}\}$/;

/** One client's WebSocket: what it sends and receives, and who the client is. */
export class ClientSocket {
  /** The id of the request that opened the socket. */
  readonly requestId: string;
  readonly operations = new SocketOperations();
  readonly #ws: WebSocket;
  readonly #req: IncomingMessage;
  readonly #deps: ClientSocketDeps;
  readonly #output: SocketOutput;
  readonly #held = new Map<string, { result: Uint8Array; release(): void }>();
  #authorization: string | undefined;
  #caller: RequestContext | undefined;
  /** Ends to count this socket for its user. */
  #leave: (() => void) | undefined;
  #unguard: (() => void) | undefined;
  #isPonging = false;
  #earlyBytes = 0;
  #arriving = 0;
  #heardAt = performance.now();

  /** @param opened.leave ends to count the socket for the user of the request's header; undefined without a header */
  constructor(
    ws: WebSocket,
    opened: { req: IncomingMessage; requestId: string; leave: (() => void) | undefined },
    deps: ClientSocketDeps,
  ) {
    const { req, requestId, leave } = opened;
    this.#ws = ws;
    this.#req = req;
    this.requestId = requestId;
    this.#leave = leave;
    this.#deps = deps;
    this.#output = new SocketOutput(ws);
    // Before the listener of the library, which emits the messages of a chunk immediately.
    req.socket.prependListener('data', ({ length }: Buffer) => this.#received(length));
    ws.once('close', () => this.#ended());
  }

  /** The subprotocol that both sides agreed on; empty where there is none. */
  get protocol(): string {
    return this.#ws.protocol;
  }

  /** The address of a client that has not said yet who it is; undefined of one that has. */
  get unknownAddress(): string | undefined {
    return this.#leave ? undefined : this.#req.socket.remoteAddress;
  }

  /** For how many milliseconds the client has neither sent nor taken anything. */
  get silentMs(): number {
    return performance.now() - Math.max(this.#heardAt, this.#output.writtenAt);
  }

  /** For how many milliseconds the client has read nothing of what waits for it. */
  get stalledMs(): number {
    return this.#output.stalledMs;
  }

  /** Handles the messages of the client with the function of the library. */
  onMessage(handle: (message: unknown) => Promise<void>): void {
    const input = new SocketInput(this.#ws, (bytes) =>
      this.#handle(bytes, handle).catch((error) => this.fail(error)),
    );
    this.#ws.on('message', (data: Buffer, isBinary: boolean) => {
      this.#giveBackArrived();
      if (isBinary) this.close(1003, 'Send messages as text.');
      else input.push(data);
    });
  }

  /** Sends a message of the library, with the result that it stands for. Resolves when the connection has taken it. */
  send(text: string): Promise<void> {
    const mark = withHeld.exec(text)?.[1];
    const held = mark === undefined ? undefined : this.#held.get(mark);
    if (mark === undefined || !held) return this.#output.send([Buffer.from(text)]);
    this.#held.delete(mark);
    const head = text.slice(0, text.length - '{"data":""}}'.length - mark.length);
    return this.#output.send([Buffer.from(head), held.result, Buffer.from('}')]).finally(held.release);
  }

  /**
   * Keeps a result that is written already until its message is sent.
   * @returns what stands for it in that message
   * @throws DomainError `rate_limited`, `overloaded` when too much waits to be sent
   */
  hold(result: Uint8Array): FormattedExecutionResult {
    const release = this.#deps.output.take(this.#userId, result.length);
    if (this.#ws.readyState !== this.#ws.OPEN) {
      release();
      return { data: null };
    }
    const mark = randomUUID();
    this.#held.set(mark, { result, release });
    return { data: mark as never };
  }

  /** Authenticates the client by the payload of `connection_init`. @throws DomainError what the socket is closed for */
  async authenticate(params: unknown): Promise<void> {
    const { context, quotas, services, admit } = this.#deps;
    this.#authorization = authorizationOf(params, this.#req);
    quotas.countMessage(this.#authorization);
    const caller = await context(this.#req, this.#authorization, this.requestId);
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    // The payload may have another token than the header.
    this.#leave?.();
    this.#leave = undefined;
    this.#leave = admit(caller.actor.userId);
    const recheck = { key: ['socket'], check: async () => undefined };
    this.#unguard = guardTransfer(services.streamGuard, caller, recheck, (error) => this.fail(error));
    this.#caller = caller;
  }

  /** The context of an operation, with the rights that the token has now. @throws DomainError e.g. `unauthenticated` */
  async contextOf(id: string): Promise<RequestContext> {
    const { context } = this.#deps;
    const fresh = await context(this.#req, this.#authorization, randomUUID());
    return { ...fresh, left: this.operations.leftOf(id) };
  }

  /** Counts an operation as a request, then its cost. @throws DomainError `rate_limited` */
  charge(what: 'operation' | { cost: number }): void {
    const { quotas } = this.#deps;
    if (what === 'operation') quotas.countMessage(this.#authorization);
    else quotas.chargeMessage(this.#authorization, what.cost);
  }

  /** Asks the client for a sign of life. */
  ping(): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping();
  }

  /** Closes the socket for an error. */
  fail(error: unknown): void {
    if (!(error instanceof DomainError))
      this.#deps.log.error({ err: error, requestId: this.requestId }, 'a socket failed');
    const { code, reason } = closeOf(error);
    this.close(code, reason);
  }

  /** Closes the socket. @param reason at most 123 bytes */
  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  /** Cuts the connection. */
  cut(): void {
    this.#ws.terminate();
  }

  async #handle(bytes: Buffer, handle: (message: unknown) => Promise<void>): Promise<void> {
    const userId = this.#userId;
    this.#deps.bodies.take(userId, bytes.length);
    const release = () => this.#deps.bodies.giveBack(userId, bytes.length);
    let isOperation = false;
    try {
      const message = await this.#parse(bytes);
      const { type, id } = isJsonObject(message) ? message : {};
      if (type === MessageType.Subscribe && typeof id === 'string') {
        if (this.operations.isFull) return await this.#refuse(id);
        isOperation = true;
        const handled = this.operations.run(id, () => handle(message));
        // The next message does not wait for the end of an operation.
        void handled.catch((error) => this.fail(error)).finally(release);
        return;
      }
      if (type === MessageType.Complete && typeof id === 'string') this.operations.leave(id);
      if (type === MessageType.Ping) this.#pong(() => handle(message));
      else await handle(message);
    } finally {
      if (!isOperation) release();
    }
  }

  /** The next message does not wait until an answer to a ping is sent. There is one such answer at a time. */
  #pong(answer: () => Promise<void>): void {
    if (this.#isPonging) return;
    this.#isPonging = true;
    void answer()
      .catch((error) => this.fail(error))
      .finally(() => {
        this.#isPonging = false;
      });
  }

  async #parse(bytes: Buffer): Promise<unknown> {
    const limits = this.#caller?.actor.scopes.has('write') ? fileLimits : smallLimits;
    const lists = { ...limits.lists, depth: variableDepth };
    const excess = new JsonBounds({ ...limits, lists }).scan(bytes);
    if (excess) throw new DomainError('invalid_request', `The message ${excess.message}.`);
    // Messages before the authentication are so short that they are parsed here, for nobody.
    const caller = this.#caller as RequestContext;
    return parseBody(this.#deps.services, caller, bytes, { isTransferred: false });
  }

  /** An operation beyond the maximum ends with an error, and the others go on. */
  #refuse(id: string): Promise<void> {
    const { max } = SocketOperations;
    const error = new DomainError('rate_limited', `A socket may have ${max} operations; complete one first.`);
    const payload = [maskError(error, this.#deps.log, this.requestId).toJSON()];
    return this.send(JSON.stringify({ id, type: MessageType.Error, payload }));
  }

  get #userId(): string {
    return this.#caller?.actor.userId ?? '';
  }

  #received(bytes: number): void {
    this.#heardAt = performance.now();
    if (!this.#caller) {
      this.#earlyBytes += bytes;
      if (this.#earlyBytes > maxEarlyBytes) this.cut();
      return;
    }
    try {
      this.#deps.bodies.take(this.#userId, bytes);
      this.#arriving += bytes;
    } catch {
      this.cut();
    }
  }

  #giveBackArrived(): void {
    this.#deps.bodies.giveBack(this.#userId, this.#arriving);
    this.#arriving = 0;
  }

  #ended(): void {
    this.#giveBackArrived();
    this.operations.leaveAll();
    this.#leave?.();
    this.#unguard?.();
    for (const { release } of this.#held.values()) release();
    this.#held.clear();
  }
}
