import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { z } from 'zod';
import type { ErrorCode } from '../src/errors.js';
import { answerWith } from './answers.js';
import { parse } from './payloads/parse.js';
import { at, type DataPath, type Responds } from './responds.js';

/** The one graph, for the caller of this request. */
export interface Graph {
  execute<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
  ): Promise<TData>;
  subscribe<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
  ): Promise<AsyncIterableIterator<TData>>;
}

/** A request as a route sees it; `space` is the slug of the path. */
export interface RouteRequest<TQuery = unknown, TBody = unknown> {
  space: string;
  /** A parameter of the path. */
  param(name: string): string;
  query: TQuery;
  body: TBody;
  headers: Headers;
}

/** What a route answers: a body to send as JSON, or a whole response (a stream). */
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | Response;

/** What a description of the API is made from: a row of the table without its code. */
export interface RouteDescription {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/engagement/spaces/:space/notebooks`, with `:name` for parameters. */
  path: string;
  /** What it does, in a few words. */
  summary: string;
  query?: z.ZodType;
  /** When there is none, no body is read. */
  body?: z.ZodType;
  document: TypedDocumentNode<unknown, never>;
  responds: Responds;
  /** The codes of its own errors, beside those that every route has. */
  errors: readonly ErrorCode[];
  /**
   * Set on a route that has a successor: where in the document's data the id of a workspace stands (or null), for which
   * the same path below `/workspaces/{workspace_id}` is the successor.
   */
  successor?: string;
}

/** A row of the table: one method and path over one document. */
export interface RestRoute extends RouteDescription {
  handle(request: RouteRequest, graph: Graph): Promise<{ answer: Answer; successorId: string | null }>;
}

/** How a request becomes the variables of a document, and its data an answer. */
export interface RouteSpec<TQuery, TBody, TData, TVariables>
  extends Omit<RouteDescription, 'query' | 'body' | 'document' | 'responds' | 'errors' | 'successor'> {
  query?: z.ZodType<TQuery>;
  body?: z.ZodType<TBody>;
  document: TypedDocumentNode<TData, TVariables>;
  variables: (request: RouteRequest<TQuery, TBody>) => TVariables;
  responds: Responds<DataPath<TData>>;
  errors?: readonly ErrorCode[];
  successor?: DataPath<TData>;
}

/** Makes a row of the table. */
export function route<TQuery, TBody, TData, TVariables>(
  spec: RouteSpec<TQuery, TBody, TData, TVariables>,
): RestRoute {
  const { variables, ...description } = spec;
  return {
    ...(description as unknown as RouteDescription),
    errors: spec.errors ?? [],
    async handle(request, graph) {
      const checked: RouteRequest<TQuery, TBody> = {
        ...request,
        query: (spec.query ? parse(spec.query, request.query, 'query') : undefined) as TQuery,
        body: (spec.body ? parse(spec.body, request.body, 'body') : undefined) as TBody,
      };
      const data = await graph.execute(spec.document, variables(checked));
      return {
        answer: await answerWith(spec.responds, data, checked, graph),
        successorId: spec.successor ? (at(data, spec.successor) as string | null) : null,
      };
    },
  };
}
