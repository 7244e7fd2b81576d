import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  type DocumentNode,
  type ExecutionArgs,
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
import type { OperationRouter } from './operation-router.js';

/** What {@link GraphQLExecutor} uses. */
export interface GraphQLExecutorDeps {
  schema: GraphQLSchema;
  services: Services;
  router: OperationRouter;
  /** The documents that it may run. */
  documents: Iterable<DocumentNode>;
}

/**
 * Runs the documents of the REST API on the schema, in-process. They are validated once, when it is constructed.
 * @example
 * const { me } = await executor.execute(MeDocument, {}, ctx);
 */
export class GraphQLExecutor {
  readonly #deps: GraphQLExecutorDeps;
  readonly #prepared = new WeakSet<object>();

  /** @throws Error when a document does not fit the schema */
  constructor(deps: GraphQLExecutorDeps) {
    this.#deps = deps;
    for (const document of deps.documents) {
      const [error] = validate(deps.schema, document);
      if (error) throw new Error(`A REST operation does not fit the schema: ${error.message}`);
      this.#prepared.add(document);
    }
  }

  /** Runs a query or a mutation. @throws the error of the resolver, else the GraphQL error */
  async execute<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
    ctx: RequestContext,
  ): Promise<TData> {
    return dataOf<TData>(
      await this.#deps.router.execute(this.#args(document as DocumentNode, variables, ctx)),
    );
  }

  /** Opens a subscription. An error in an event ends the stream. @throws the error of the resolver that opens it */
  async subscribe<TData, TVariables>(
    document: TypedDocumentNode<TData, TVariables>,
    variables: TVariables,
    ctx: RequestContext,
  ): Promise<AsyncIterableIterator<TData>> {
    const result = await subscribe(this.#args(document as DocumentNode, variables, ctx));
    if (!(Symbol.asyncIterator in result)) return dataOf<never>(result);
    return mapIterator(result[Symbol.asyncIterator](), (one) => dataOf<TData>(one));
  }

  #args(document: DocumentNode, variables: unknown, ctx: RequestContext): ExecutionArgs {
    const { schema, services } = this.#deps;
    if (!this.#prepared.has(document)) throw new Error('This document was not validated at the start.');
    const contextValue: Context = { ctx, services };
    return { schema, document, contextValue, variableValues: variables as Record<string, unknown> };
  }
}

function dataOf<TData>(result: { data?: unknown; errors?: readonly GraphQLError[] }): TData {
  const error = result.errors?.[0];
  if (error) throw withDatabaseErrors(error.originalError ?? error);
  return result.data as TData;
}
