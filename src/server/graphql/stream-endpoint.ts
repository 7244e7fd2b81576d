import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import {
  createHandler,
  type Handler,
  type OperationArgs,
  type Request,
  type RequestParams,
  type Response,
  type ResponseInit,
} from 'graphql-sse';
import type { Logger } from 'pino';
import type { Context } from '../../../schema/builder.js';
import type { Services } from '../../../schema/services.js';
import type { RequestContext } from '../../context.js';
import type { ByteBudget } from '../../engines/events/byte-budget.js';
import { DomainError, type ErrorCode, isErrorCode, methodNotAllowed } from '../../errors.js';
import { refusalOf } from '../../refusal.js';
import { readParams } from '../http/read-params.js';
import type { RequestBodies } from '../http/request-bodies.js';
import { addToRecord } from '../http/request-record.js';
import type { TokenQuotas } from '../http/token-quotas.js';
import type { ClientDocuments } from './documents/client-documents.js';
import { maskError, maskResult } from './mask-error.js';
import { plainVariables } from './number-tokens/plain-variables.js';
import { operationFields } from './operation-fields.js';
import type { OperationRouter } from './operation-router.js';
import { ReservedStreams } from './reserved-streams.js';
import { resultBytes } from './result-bytes.js';
import { StreamOutput } from './stream-output.js';
import { streamRefusal, withErrorCodes } from './stream-refusal.js';
import { subscribeToEnd } from './subscribe-to-end.js';
import { refusedVariables } from './variable-error.js';
import { writePaced } from './write-paced.js';

const methods = ['GET', 'POST', 'PUT', 'DELETE'];

type StreamContext = Context & Record<PropertyKey, unknown>;
type StreamRequest = Request<IncomingMessage, StreamContext>;

/** What {@link StreamEndpoint} uses. */
export interface StreamEndpointDeps {
  schema: GraphQLSchema;
  router: OperationRouter;
  documents: ClientDocuments;
  quotas: TokenQuotas;
  services: Services;
  log: Logger;
  bodies: RequestBodies;
  /** Counts the bytes of results until they are sent. */
  output: ByteBudget;
}

/**
 * `/graphql/stream`: the GraphQL over SSE protocol, in distinct and in single connection mode. A stream token of another
 * user is answered like an unknown one.
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 */
export class StreamEndpoint {
  readonly #deps: StreamEndpointDeps;
  readonly #streams: ReservedStreams;
  /**
   * By operation, what ends it: too much waits for its client, or its single connection has closed. graphql-sse does not end
   * an operation that is still being opened then.
   */
  readonly #ends = new WeakMap<object, { signal: AbortSignal; abort: () => void }>();
  readonly #outputs = new WeakMap<IncomingMessage, StreamOutput>();
  readonly #handler: Handler<IncomingMessage, StreamContext>;

  constructor(deps: StreamEndpointDeps) {
    this.#deps = deps;
    this.#streams = new ReservedStreams(deps.output, (token, userId) => this.#forget(token, userId));
    this.#handler = createHandler<IncomingMessage, StreamContext, StreamContext>({
      validate: ((_schema: GraphQLSchema, document: DocumentNode) =>
        deps.documents.validate(document)) as never,
      execute: ((args: OperationArgs<StreamContext>) =>
        refusedVariables(args) ?? deps.router.execute(args)) as never,
      subscribe: ((args: OperationArgs<StreamContext>) =>
        refusedVariables(args) ??
        subscribeToEnd(args, deps.log, this.#ends.get(args.contextValue)?.signal)) as never,
      authenticate: (request) => this.#authenticate(request),
      onSubscribe: (request, params) => this.#prepare(request, params),
      onNext: (context, request, result) => this.#admit(context, request, result as ExecutionResult) as never,
    });
  }

  /**
   * Answers a request, and resolves when its stream has ended.
   * @throws DomainError `payload_too_large`, `invalid_request`, `request_timeout`, `rate_limited`, `overloaded`,
   *   `method_not_allowed`
   */
  async handle(req: IncomingMessage, res: ServerResponse, ctx: RequestContext): Promise<void> {
    if (!methods.includes(req.method!)) throw methodNotAllowed(methods);
    const context: StreamContext = { ctx, services: this.#deps.services, res };
    // graphql-sse would answer every failure to read the body with 400.
    const body = hasJson(req) ? await readParams(this.#deps, req, ctx) : null;
    const request = {
      method: req.method!,
      url: req.url!,
      headers: { get: (key: string) => [req.headers[key]].flat().join('\n') || undefined },
      body,
      raw: req,
      context,
    };
    const token = streamToken(request);
    const stream = this.#streams.get(token);
    const output = stream?.output ?? new StreamOutput(this.#deps.output, ctx.actor.userId);
    const end = new AbortController();
    const signal = AbortSignal.any([end.signal, ...(stream ? [stream.closed.signal] : [])]);
    this.#ends.set(context, { signal, abort: () => end.abort() });
    this.#outputs.set(req, output);
    const [answer, init] = await this.#handler(request);
    if (!answer || typeof answer === 'string') {
      endWithText(res, answer, init, ctx.requestId);
      return;
    }
    this.#streams.opened(token);
    res.writeHead(init.status, init.statusText, init.headers);
    try {
      await sendEvents(res, answer, output);
      res.end();
    } finally {
      this.#streams.release(token);
    }
  }

  /** graphql-sse keeps each reserved stream until it is opened and closed, so this does both. */
  async #forget(token: string, userId: string): Promise<void> {
    const headers: Record<string, string> = {
      accept: 'text/event-stream',
      'x-graphql-event-stream-token': token,
    };
    const request = {
      ...{ method: 'GET', url: '/graphql/stream', body: null },
      headers: { get: (key: string) => headers[key] },
      context: { ctx: { actor: { userId } } },
    };
    try {
      const [events] = await this.#handler(request as unknown as StreamRequest);
      if (events && typeof events !== 'string') await events.return(undefined);
    } catch (err) {
      this.#deps.log.warn({ err }, 'a reserved stream was not forgotten');
    }
  }

  /** @returns the token of the request's stream, undefined in distinct mode, or the refusal */
  #authenticate(request: StreamRequest): string | undefined | Response {
    const { userId } = request.context.ctx.actor;
    if (request.method === 'PUT') return this.#streams.reserve(userId);
    const token = streamToken(request);
    if (!token) return undefined;
    return this.#streams.get(token)?.userId === userId
      ? token
      : [null, { status: 404, statusText: 'Not Found' }];
  }

  #prepare(request: StreamRequest, params: RequestParams): OperationArgs<StreamContext> | Response {
    const { schema, documents, quotas, log } = this.#deps;
    const { operationName } = params;
    const variables = params.variables as Record<string, unknown> | undefined;
    try {
      const document = documents.parse(params.query);
      // An invalid document is refused by graphql-sse, which validates it again without cost.
      if (documents.validate(document).length === 0) {
        const cost = documents.check({ document, operationName, variableValues: variables });
        addToRecord(request.raw, {
          operation: operationFields(document, operationName),
          operationName: operationName ?? undefined,
        });
        quotas.chargeCost(request.raw, request.context.res as ServerResponse, cost);
      }
      return {
        schema,
        document,
        operationName,
        variableValues: plainVariables(schema, document, operationName, variables),
        contextValue: request.context,
      };
    } catch (error) {
      const masked = maskError(error, log, request.context.ctx.requestId);
      addToRecord(request.raw, { code: codeOf(masked) });
      return refusalOfOperation(error, masked);
    }
  }

  /**
   * graphql-sse queues every result without a bound, so a fast source waits here for a slow client. Where too much waits to be
   * sent, an error stands in place of the result, and ends a subscription.
   */
  async #admit(
    context: StreamContext,
    request: StreamRequest,
    result: ExecutionResult,
  ): Promise<ExecutionResult> {
    const { log } = this.#deps;
    const { requestId } = context.ctx;
    const output = this.#outputs.get(request.raw)!;
    await output.admit();
    const masked = maskResult(result, log, requestId);
    addToRecord(request.raw, { code: codeOf(masked.errors?.[0]) });
    try {
      return output.hold(await resultBytes(masked, log, requestId));
    } catch (error) {
      this.#ends.get(context)?.abort();
      return { errors: [maskError(error, log, requestId)] };
    }
  }
}

function codeOf(error: GraphQLError | undefined): ErrorCode | undefined {
  const code = error?.extensions.code;
  return isErrorCode(code) ? code : undefined;
}

function refusalOfOperation(error: unknown, masked: GraphQLError): Response {
  if (!(error instanceof DomainError) || error.code !== 'rate_limited') return streamRefusal(400, [masked]);
  const { status, headers } = refusalOf(error);
  return streamRefusal(status, [masked], headers);
}

/** Answers without events. A refusal is JSON, also where graphql-sse leaves it empty. */
function endWithText(res: ServerResponse, text: string | null, init: ResponseInit, requestId: string): void {
  const isRefusal = init.status >= 400;
  const headers = isRefusal ? { 'content-type': 'application/json; charset=utf-8' } : {};
  res.writeHead(init.status, init.statusText, { ...init.headers, ...headers });
  res.end(isRefusal ? withErrorCodes(text, init.status, requestId) : text);
}

/** Writes events until the source ends or the client leaves. */
async function sendEvents(
  res: ServerResponse,
  events: AsyncGenerator<string, void, undefined>,
  output: StreamOutput,
): Promise<void> {
  const leave = () => {
    output.close();
    return events.return(undefined);
  };
  res.once('close', leave);
  try {
    for await (const event of events) {
      if (res.destroyed) break;
      await output.send(event, (bytes) => writePaced(res, bytes));
    }
  } finally {
    res.off('close', leave);
    output.close();
  }
}

function hasJson({ method, headers }: IncomingMessage): boolean {
  return method === 'POST' && /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
}

function streamToken(request: Pick<StreamRequest, 'url' | 'headers'>): string | null {
  const header = request.headers.get('x-graphql-event-stream-token');
  return header || new URL(request.url, 'http://localhost').searchParams.get('token');
}
