import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import { type GraphQLParams, isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { RequestContext } from '../../../context.js';
import { mapIterator } from '../../../engines/events/map-iterator.js';
import { encodeLongTexts } from '../../../engines/nbformat/encode-long-texts.js';
import { parseRequestJson, stringifyJson } from '../../../engines/nbformat/json.js';
import { writeJson } from '../../../engines/nbformat/write-json.js';
import { DomainError, invalidField } from '../../../errors.js';
import { refusalOf } from '../../../refusal.js';
import { checkParams } from '../../http/check-params.js';
import { type BodyServices, documentExpected, readParams } from '../../http/read-params.js';
import type { RequestBodies } from '../../http/request-bodies.js';
import { asksForEvents } from '../asks-for-events.js';
import { maskError } from '../mask-error.js';
import type { YogaContext } from '../yoga-context.js';
import { plainVariables } from './plain-variables.js';

/**
 * A Yoga plugin that keeps number tokens (`1.0`, integers over 2^53) in requests and results. A form body is answered
 * with 415, because Yoga would parse its variables without the tokens.
 */
export function useNumberTokens(
  bodies: RequestBodies,
  log: Logger,
): Plugin<object, YogaContext & { req: IncomingMessage }> {
  const convertVariables = ({ args }: { args: ExecutionArgs }) => {
    const { schema, document, operationName, variableValues } = args;
    args.variableValues = plainVariables(schema, document, operationName, variableValues);
  };
  return {
    onRequestParse({ request, serverContext: { req, ctx, services }, setRequestParser }) {
      if (request.method === 'GET') setRequestParser(readQuery);
      if (request.method !== 'POST') return;
      const type = request.headers.get('content-type') ?? '';
      if (/^application\/(graphql\+)?json\s*([;,]|$)/i.test(type))
        setRequestParser(() => jsonBody({ bodies, services }, req, ctx));
      else if (/^application\/graphql\s*([;,]|$)/i.test(type))
        setRequestParser(() => documentBody(bodies, req, ctx));
      else setRequestParser(undefined as never);
    },
    onExecute: convertVariables as never,
    onSubscribe: convertVariables as never,
    async onResultProcess({ result, setResult, request, serverContext: { ctx } }) {
      if (Array.isArray(result)) return;
      // Yoga would leave the stream open without an end.
      const asError = (error: unknown) =>
        stringifyJson({ errors: [maskError(error, log, ctx.requestId).toJSON()] });
      if (isAsyncIterable(result))
        setResult(mapIterator(result[Symbol.asyncIterator](), (one) => withSharedText(one, asError)));
      else if (asksForEvents(request)) setResult(withStringify(result, asError));
      else setResult(await withBytes(result));
    },
  };
}

type WithStringify<T> = T & { stringify(value: unknown): string };

/**
 * Yoga serializes a result with the result's own `stringify`.
 * @param asError writes an event in place of a result that cannot be written
 */
function withStringify<T extends object>(result: T, asError: (error: unknown) => string): WithStringify<T> {
  const stringify = (value: unknown) => {
    try {
      return stringifyJson(value);
    } catch (error) {
      return asError(error);
    }
  };
  return { ...result, stringify };
}

/**
 * {@link withStringify} for the one result of a request. Its long texts are written before, in steps that leave the event loop
 * free in between. The body of a response may be bytes in place of a text, and what is written already is not decoded.
 */
async function withBytes<T extends { data?: unknown }>(result: T): Promise<WithStringify<T>> {
  const long = await encodeLongTexts(result.data);
  const stringify = (value: unknown) => {
    const pieces = writeJson(value, long);
    return pieces.hasBytes ? (pieces.toBytes() as unknown as string) : pieces.toString();
  };
  return { ...result, stringify };
}

const texts = new WeakMap<object, string>();

/** {@link withStringify} for a result that streams may share, see `sharedExecution`: it is written once for all of them. */
function withSharedText<T extends object>(result: T, asError: (error: unknown) => string): WithStringify<T> {
  const { stringify: write } = withStringify(result, asError);
  const stringify = (value: unknown) => {
    const text = texts.get(result) ?? write(value);
    texts.set(result, text);
    return text;
  };
  return { ...result, stringify };
}

/** Reads the four parameters that GraphQL over HTTP knows; Yoga would refuse others, `/graphql/stream` does not. */
async function jsonBody(
  bodies: BodyServices,
  req: IncomingMessage,
  ctx: RequestContext,
): Promise<GraphQLParams> {
  const params = await readParams(bodies, req, ctx).catch(refused);
  const { query, operationName, variables, extensions } = params as GraphQLParams;
  return { query, operationName, variables, extensions };
}

async function documentBody(
  bodies: RequestBodies,
  req: IncomingMessage,
  ctx: RequestContext,
): Promise<GraphQLParams> {
  return { query: (await bodies.read(req, documentExpected(ctx)).catch(refused)).toString() };
}

/** Reads the parameters of a GET request as Yoga does, but keeps number tokens. */
function readQuery(request: Request): GraphQLParams {
  const given = new URL(request.url).searchParams;
  const member = (name: string) => given.get(name) || undefined;
  const json = (name: string) => {
    const text = member(name);
    try {
      return text === undefined ? undefined : (parseRequestJson(text) as GraphQLParams['variables']);
    } catch {
      return refused(invalidField(name, 'is not valid JSON', 'json_invalid'));
    }
  };
  const params = {
    operationName: member('operationName'),
    query: member('query'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
  try {
    checkParams(params);
  } catch (error) {
    return refused(error);
  }
  return params;
}

/** A request that fails before its execution gets the HTTP status of its error. */
function refused(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  const { code, message, status, headers } = refusalOf(error);
  throw new GraphQLError(message, { originalError: error, extensions: { code, http: { status, headers } } });
}
