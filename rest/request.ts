import type { TypedDocumentNode } from '@graphql-typed-document-node/core';

/** The GraphQL schema, run for the caller of this request. */
export interface Graph {
  /** Runs a query or mutation. @throws what the resolver threw */
  execute<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
  ): Promise<TData>;
  /** Opens a subscription. @throws what the resolver threw */
  subscribe<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
  ): Promise<AsyncIterableIterator<TData>>;
  /** Writes a result, or a part of one, as JSON with the number tokens that it has kept. */
  stringify(value: unknown): string;
}

/** A request as a route gets it; `space` is the slug of the path. */
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
