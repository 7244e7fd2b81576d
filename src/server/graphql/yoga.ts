import type { ExecutionArgs, GraphQLSchema } from 'graphql';
import { createYoga, isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../../../schema/builder.js';
import { guardDocument, mostTokens } from './document-guard.js';
import { maskResult } from './mask-error.js';
import { useNumberTokens } from './number-tokens/use-number-tokens.js';
import { subscribeToEnd } from './subscribe-to-end.js';

/** The resolvers' context, with a signal that aborts when the client has gone or was answered. */
export type YogaContext = Context & { left: AbortSignal };

/**
 * `/graphql`: queries, mutations, subscriptions as server-sent events, and GraphiQL for a browser. The caller was
 * authenticated before: the request's context is given as the server context.
 */
export function createGraphQLEndpoint(options: { schema: GraphQLSchema; log: Logger }) {
  return createYoga<YogaContext>({
    schema: options.schema,
    graphqlEndpoint: '/graphql',
    plugins: [
      useDocumentGuard(),
      useSubscribeToEnd(options.log),
      useMaskedResults(options.log),
      useNumberTokens(),
    ],
    // Done by `useMaskedResults`, which knows the request's id and sees what fails before the execution, too.
    maskedErrors: false,
    // The one bound of all doors is in `readBody`.
    maxRequestBodySize: false,
    // It comes before, for all doors alike.
    cors: false,
    multipart: false,
    batching: false,
    landingPage: false,
    logging: false,
    // Nine megabytes, for a browser only: loaded with the first page.
    renderGraphiQL: async (page) => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(page),
    graphiql: {
      title: 'Notebook gateway',
      headers: JSON.stringify({ Authorization: 'Bearer TOKEN' }),
      defaultQuery,
    },
  });
}

const defaultQuery = `# Put your token into the headers below, then run this.
{
  me {
    name
  }
  space(slug: "demo") {
    workspaces {
      nodes {
        id
        name
        files {
          nodes {
            path
          }
        }
      }
    }
  }
}
`;

function useSubscribeToEnd(log: Logger): Plugin {
  return {
    onSubscribe({ setSubscribeFn, context }) {
      const { left } = context as unknown as YogaContext;
      setSubscribeFn(((args: ExecutionArgs) => subscribeToEnd(args, log, left)) as never);
    },
  };
}

/** Masks every result; those of a stream are masked one by one by {@link subscribeToEnd}. */
function useMaskedResults(log: Logger): Plugin<object, YogaContext> {
  return {
    onResultProcess({ result, setResult, serverContext }) {
      if (Array.isArray(result) || isAsyncIterable(result)) return;
      setResult(maskResult(result, log, serverContext.ctx.requestId));
    },
  };
}

function useDocumentGuard(): Plugin {
  return {
    onParse({ params }) {
      params.options = { ...params.options, maxTokens: mostTokens };
      return ({ result, replaceParseResult }) => {
        if (!result || result instanceof Error) return;
        const refused = guardDocument(result);
        if (refused) replaceParseResult(refused as never);
      };
    },
  };
}
