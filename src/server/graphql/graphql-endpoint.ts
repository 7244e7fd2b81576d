import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { RequestBodies } from '../http/request-bodies.js';
import type { TokenQuotas } from '../http/token-quotas.js';
import type { ClientDocuments } from './documents/client-documents.js';
import { useNumberTokens } from './number-tokens/use-number-tokens.js';
import type { OperationRouter } from './operation-router.js';
import { useClientDocuments } from './plugins/use-client-documents.js';
import { useErrorBodies } from './plugins/use-error-bodies.js';
import { useLastResort } from './plugins/use-last-resort.js';
import { useMaskedResults } from './plugins/use-masked-results.js';
import { useOperationRouter } from './plugins/use-operation-router.js';
import { useRequestRecord } from './plugins/use-request-record.js';
import { useSubscribeToEnd } from './plugins/use-subscribe-to-end.js';
import { useVariableErrors } from './plugins/use-variable-errors.js';
import type { YogaContext } from './yoga-context.js';

/**
 * `/graphql`: queries, mutations, and subscriptions as server-sent events. The HTTP server has
 * authenticated the caller before, and passes the {@link YogaContext} as Yoga's server context.
 */
export function createGraphQLEndpoint(options: {
  schema: GraphQLSchema;
  router: OperationRouter;
  documents: ClientDocuments;
  quotas: TokenQuotas;
  log: Logger;
  bodies: RequestBodies;
}) {
  return createYoga<YogaContext>({
    schema: options.schema,
    graphqlEndpoint: '/graphql',
    plugins: [
      useLastResort(options.log),
      useClientDocuments(options.documents, options.quotas),
      useOperationRouter(options.router),
      useSubscribeToEnd(options.log),
      useMaskedResults(options.log),
      useNumberTokens(options.bodies, options.log),
      // After the number tokens are numbers.
      useVariableErrors(),
      useErrorBodies(),
      useRequestRecord(),
    ],
    // `useMaskedResults` masks errors: it knows the request's id, and also sees errors from before the execution.
    maskedErrors: false,
    // `RequestBodies` has the limit, which is the same for all transports.
    maxRequestBodySize: false,
    // The HTTP server does this before, for all transports.
    cors: false,
    // `ClientDocuments` has a cache of its own, which is bounded by size.
    parserAndValidationCache: false,
    multipart: false,
    batching: false,
    landingPage: false,
    logging: false,
    // `ExplorerEndpoint` has the page.
    graphiql: false,
  });
}
