import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { z } from 'zod';
import type { ErrorCode } from '../src/errors.js';
import { answerArchive } from './answer-archive.js';
import { answerBytes } from './answer-bytes.js';
import { answerWith } from './answer-with.js';
import type { ByteRange } from './byte-range.js';
import { assertNoTagAsked } from './etag.js';
import { guardWrite } from './guard-write.js';
import type { RepeatableOperation } from './idempotency/keyed-request.js';
import { parsePayload } from './payloads/parse-payload.js';
import type { ValueChecks } from './payloads/value-checks.js';
import type { Answer, Graph, RouteRequest } from './request.js';
import { type DataPath, type ResponsePlan, valueAt } from './response-plan.js';
import { type RouteDescription, writesUntagged } from './route-description.js';
import { spaceStream } from './space-stream.js';

/** What a route answers to one request; `successorId` is the workspace of a deprecated route's successor. */
export interface RouteAnswer {
  answer: Answer;
  successorId: string | null;
}

/** A row of the table: one method and path over one document. */
export interface RestRoute extends RouteDescription {
  /** Answers a request whose query and body are not checked yet. @throws DomainError */
  handle(request: RouteRequest, graph: Graph, checks: ValueChecks): Promise<RouteAnswer>;
}

/** Every POST but a stream names what it repeats; nothing else can be repeated. */
type Repeats<TData> =
  | { method: 'post'; responds: { kind: 'stream' }; repeats?: never }
  | { method: 'post'; repeats: RepeatableOperation & keyof TData }
  | { method: 'get' | 'put' | 'patch' | 'delete'; repeats?: never };

/** How a request becomes the variables of a document, and its data an answer. */
export type RouteSpec<TQuery, TBody, TData, TVariables> = Omit<
  RouteDescription,
  'method' | 'query' | 'body' | 'document' | 'responds' | 'errors' | 'repeats' | 'successor'
> &
  Repeats<TData> & {
    query?: z.ZodType<TQuery>;
    body?: z.ZodType<TBody>;
    document: TypedDocumentNode<TData, TVariables>;
    variables: (request: RouteRequest<TQuery, TBody>) => TVariables;
    responds: ResponsePlan<DataPath<TData>>;
    errors?: readonly ErrorCode[];
    successor?: DataPath<TData>;
  };

/** Makes a row of the table. */
export function route<TQuery, TBody, TData, TVariables>(
  spec: RouteSpec<TQuery, TBody, TData, TVariables>,
): RestRoute {
  const { variables, ...description } = spec;
  return {
    ...(description as unknown as RouteDescription),
    errors: spec.errors ?? [],
    async handle(request, graph, checks) {
      const checked: RouteRequest<TQuery, TBody> = {
        ...request,
        ...parsePayload<TQuery, TBody>({ query: spec.query, body: spec.body }, request, checks),
      };
      const { responds, method } = spec;
      if (writesUntagged(spec)) assertNoTagAsked(request.headers, method === 'patch' || method === 'delete');
      if (responds.kind === 'bytes') {
        const open = (range: Partial<ByteRange>) =>
          graph.subscribe(spec.document, { ...variables(checked), ...range });
        const answer = await answerBytes(open, responds.at, request);
        return { answer, successorId: null };
      }
      if (responds.kind === 'archive') {
        const open = () => graph.subscribe(spec.document, variables(checked));
        return { answer: await answerArchive(open, responds.at, request.headers), successorId: null };
      }
      if (responds.kind === 'spaceStream') {
        const open = () => graph.subscribe(spec.document, variables(checked));
        return { answer: await spaceStream(open, request.headers, graph.stringify), successorId: null };
      }
      const run = (baseSha?: string) =>
        graph.execute(spec.document, variables(baseSha === undefined ? checked : basedOn(checked, baseSha)));
      const data = await (spec.guards ? guardWrite(spec.guards, checked, graph, run) : run());
      return {
        answer: await answerWith(responds, data, checked, graph),
        successorId: spec.successor ? (valueAt(data, spec.successor) as string | null) : null,
      };
    },
  };
}

/** A request with another `base_sha`, in its body if it has one, else in its query. */
function basedOn<TQuery, TBody>(
  request: RouteRequest<TQuery, TBody>,
  base_sha: string,
): RouteRequest<TQuery, TBody> {
  return request.body === undefined || request.body instanceof Uint8Array
    ? { ...request, query: { ...request.query, base_sha } }
    : { ...request, body: { ...request.body, base_sha } };
}
