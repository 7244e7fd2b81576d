import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { ExecutionArgs, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { createHandler, type OperationArgs, type Response } from 'graphql-sse';
import type { Logger } from 'pino';
import type { Context } from '../../../schema/builder.js';
import type { Services } from '../../../schema/services.js';
import type { RequestContext } from '../../context.js';
import { DomainError, type ErrorCode } from '../../errors.js';
import { readParams } from '../http/read-params.js';
import { parseGuarded, validateGuarded } from './document-guard.js';
import { maskError, maskResult } from './mask-error.js';
import { plainVariables } from './number-tokens/plain-variables.js';
import { hideNumberTokens, showNumberTokens } from './number-tokens/sse-number-tokens.js';
import { createOutputGate, type OutputGate } from './output-gate.js';
import { subscribeToEnd } from './subscribe-to-end.js';

type StreamContext = Context & Record<PropertyKey, unknown>;

/** The most single-connection streams that one user may hold at once. */
const streamsPerUser = 100;

/**
 * `/graphql/stream`: the GraphQL over SSE protocol
 * (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md), distinct and single connection mode. A stream
 * token belongs to the user who reserved it: with another user's token it does not exist.
 */
export function createStreamEndpoint(options: { schema: GraphQLSchema; services: Services; log: Logger }) {
  const reserved = new Map<string, { userId: string; gate: OutputGate; gone: AbortController }>();
  // The library forgets an operation that is still being opened when its single connection closes.
  const gone = new WeakMap<object, AbortSignal>();
  const gates = new WeakMap<IncomingMessage, OutputGate>();
  const handler = createHandler<IncomingMessage, StreamContext, StreamContext>({
    validate: validateGuarded as never,
    subscribe: ((args: OperationArgs<StreamContext>) =>
      subscribeToEnd(args, options.log, gone.get(args.contextValue))) as never,
    authenticate(request) {
      const { userId } = request.context.ctx.actor;
      if (request.method === 'PUT') {
        if ([...reserved.values()].filter((stream) => stream.userId === userId).length >= streamsPerUser) {
          throw new DomainError(
            'rate_limited',
            `You may hold ${streamsPerUser} streams at once; close one first.`,
          );
        }
        const token = randomUUID();
        reserved.set(token, { userId, gate: createOutputGate(), gone: new AbortController() });
        return token;
      }
      const token = streamToken(request);
      if (!token) return undefined;
      if (reserved.get(token)?.userId !== userId) return [null, { status: 404, statusText: 'Not Found' }];
      return token;
    },
    onSubscribe(request, params) {
      let document: ExecutionArgs['document'];
      try {
        document = parseGuarded(params.query);
      } catch (error) {
        return refusal(400, { errors: [maskError(error, options.log, request.context.ctx.requestId)] });
      }
      return {
        schema: options.schema,
        document,
        operationName: params.operationName,
        variableValues: plainVariables(
          options.schema,
          document,
          params.operationName,
          params.variables as Record<string, unknown> | undefined,
        ),
        contextValue: request.context,
      } satisfies OperationArgs<StreamContext>;
    },
    // The library queues what it is given; waiting here is what holds a fast source to the pace of a slow client.
    async onNext(context, request, result) {
      await gates.get(request.raw)?.admit();
      return hideNumberTokens(
        maskResult(result as ExecutionResult, options.log, context.ctx.requestId),
      ) as never;
    },
  });

  return async (req: IncomingMessage, res: ServerResponse, ctx: RequestContext): Promise<void> => {
    const context: StreamContext = { ctx, services: options.services };
    // Read here, because the library answers every failure of it with 400.
    const body = hasJson(req) ? await readParams(req) : null;
    const raw = {
      method: req.method!,
      url: req.url!,
      headers: { get: (key: string) => [req.headers[key]].flat().join('\n') || undefined },
      body,
      raw: req,
      context,
    };
    const token = streamToken(raw);
    const stream = token ? reserved.get(token) : undefined;
    const gate = stream?.gate ?? createOutputGate();
    if (stream) gone.set(context, stream.gone.signal);
    gates.set(req, gate);
    const [answer, init] = await handler(raw);
    res.writeHead(init.status, init.statusText, init.headers);
    if (!answer || typeof answer === 'string') {
      res.end(answer && init.status >= 400 ? withCode(answer, init.status, ctx.requestId) : answer);
      return;
    }
    const leave = () => {
      gate.close();
      return answer.return(undefined);
    };
    res.once('close', leave);
    try {
      for await (const chunk of answer) {
        if (res.destroyed) break;
        if (!res.write(showNumberTokens(chunk))) await drained(res);
        if (chunk.startsWith('event: next')) gate.sent();
      }
    } finally {
      res.off('close', leave);
      gate.close();
      stream?.gone.abort();
      if (token) reserved.delete(token);
      res.end();
    }
  };
}

function hasJson({ method, headers }: IncomingMessage): boolean {
  return method === 'POST' && /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
}

/** An answer of the library's kind. */
function refusal(status: number, body: { errors: readonly GraphQLError[] }): Response {
  return [
    JSON.stringify(body),
    {
      status,
      statusText: STATUS_CODES[status]!,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    },
  ];
}

/** What the library itself refuses a request for has no code. */
function withCode(refused: string, status: number, requestId: string): string {
  const { errors } = JSON.parse(refused) as { errors: { message: string; extensions?: object }[] };
  const code = codesOfRefusals[status];
  return JSON.stringify({
    errors: errors.map((error) => ({ extensions: { code, request_id: requestId }, ...error })),
  });
}

const codesOfRefusals: Partial<Record<number, ErrorCode>> = {
  400: 'invalid_request',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'already_exists',
};

function streamToken(request: { url: string; headers: { get(key: string): string | null | undefined } }) {
  const header = request.headers.get('x-graphql-event-stream-token');
  return header || new URL(request.url, 'http://localhost').searchParams.get('token');
}

/** Waits until a slow client took what was written, or left. */
function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    res.once('drain', done);
    res.once('close', done);
  });
}
