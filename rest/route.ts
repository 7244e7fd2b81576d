import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { z } from 'zod';
import { parse } from './payloads/parse.js';

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

/** A row of the table: one method and path over one document. */
export interface RestRoute {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Below `/engagement/spaces/:space/notebooks`, with `:name` for parameters. */
  path: string;
  document: TypedDocumentNode<unknown, never>;
  /** Whether a body is read and must be JSON. */
  hasBody: boolean;
  handle(request: RouteRequest, graph: Graph): Promise<Answer>;
}

/** How a request becomes the variables of a document, and its data an answer. */
export interface RouteSpec<TQuery, TBody, TData, TVariables> {
  method: RestRoute['method'];
  path: string;
  query?: z.ZodType<TQuery>;
  body?: z.ZodType<TBody>;
  document: TypedDocumentNode<TData, TVariables>;
  variables: (request: RouteRequest<TQuery, TBody>) => TVariables;
  respond: (data: TData, request: RouteRequest<TQuery, TBody>, graph: Graph) => Answer | Promise<Answer>;
}

/** Makes a row of the table. */
export function route<TQuery, TBody, TData, TVariables>(
  spec: RouteSpec<TQuery, TBody, TData, TVariables>,
): RestRoute {
  return {
    method: spec.method,
    path: spec.path,
    document: spec.document as TypedDocumentNode<unknown, never>,
    hasBody: spec.body !== undefined,
    async handle(request, graph) {
      const checked: RouteRequest<TQuery, TBody> = {
        ...request,
        query: (spec.query ? parse(spec.query, request.query, 'query') : undefined) as TQuery,
        body: (spec.body ? parse(spec.body, request.body, 'body') : undefined) as TBody,
      };
      return spec.respond(await graph.execute(spec.document, spec.variables(checked)), checked, graph);
    },
  };
}
