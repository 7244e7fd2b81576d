import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  subscribe,
  validate,
} from 'graphql';
import type { Context } from '../../../schema/builder.js';
import type { Services } from '../../../schema/services.js';
import type { RequestContext } from '../../context.js';
import { withDatabaseErrors } from '../../engines/database/database-errors.js';
import { mapIterator } from '../../engines/events/map-iterator.js';

/** Runs documents that were validated at start on the schema, in-process: the way of REST into the one graph. */
export interface GraphQLExecutor {
  /** Runs a query or mutation. @throws what the resolver threw, or the GraphQL error */
  execute<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
    context: RequestContext,
  ): Promise<TData>;
  /** Opens a subscription. @throws what opening it threw; an error in an event ends the stream */
  subscribe<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
    context: RequestContext,
  ): Promise<AsyncIterableIterator<TData>>;
}

/**
 * Makes a {@link GraphQLExecutor} for a closed set of documents.
 * @throws Error when one of them does not fit the schema
 */
export function createGraphQLExecutor(
  schema: GraphQLSchema,
  documents: Iterable<DocumentNode>,
  services: Services,
): GraphQLExecutor {
  const prepared = new WeakSet<object>();
  for (const document of documents) {
    const errors = validate(schema, document);
    if (errors.length > 0) throw new Error(`A REST operation does not fit the schema: ${errors[0]!.message}`);
    prepared.add(document);
  }
  const args = (document: TypedDocumentNode<unknown, never>, variables: unknown, ctx: RequestContext) => {
    if (!prepared.has(document)) throw new Error('This document was not prepared at start.');
    const contextValue: Context = { ctx, services };
    return { schema, document, contextValue, variableValues: variables as Record<string, unknown> };
  };

  return {
    async execute(document, variables, context) {
      return unwrap(await execute(args(document as never, variables, context)));
    },
    async subscribe<TData, TVariables>(
      document: TypedDocumentNode<TData, TVariables>,
      variables: TVariables,
      context: RequestContext,
    ) {
      const result = await subscribe(args(document as never, variables, context));
      if (!(Symbol.asyncIterator in result)) return unwrap<never>(result);
      return mapIterator(result[Symbol.asyncIterator](), (one) => unwrap<TData>(one));
    },
  };
}

function unwrap<TData>(result: { data?: unknown; errors?: readonly GraphQLError[] }): TData {
  const error = result.errors?.[0];
  if (error) throw withDatabaseErrors(error.originalError ?? error);
  return result.data as TData;
}
