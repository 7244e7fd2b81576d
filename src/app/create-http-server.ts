import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { type DocumentNode, Kind } from 'graphql';
import type { Logger } from 'pino';
import { createRestApp } from '../../rest/app.js';
import * as operations from '../../rest/generated/operations.js';
import { schema } from '../../schema/index.js';
import type { Services } from '../../schema/services.js';
import { authenticate } from '../access/authenticate.js';
import { IdentityProvider } from '../access/identity-provider.js';
import { requireScope } from '../access/require-scope.js';
import type { Config } from '../config.js';
import type { RequestContext } from '../context.js';
import { withDatabaseErrors } from '../engines/database/database-errors.js';
import { jsonBody, stringifyJson } from '../engines/nbformat/json.js';
import { withPlainTopLevelNumbers } from '../engines/nbformat/plain-top-level-numbers.js';
import { DomainError } from '../errors.js';
import { IdempotencyStore } from '../idempotency/idempotency-store.js';
import type { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { GraphQLExecutor } from '../server/graphql/graphql-executor.js';
import type { OperationRouter } from '../server/graphql/operation-router.js';
import { FailedAuthentications } from '../server/http/failed-authentications.js';
import { HttpServer } from '../server/http/http-server.js';
import { parseBody } from '../server/http/parse-body.js';
import { RequestBodies, type RequestBodyLimits } from '../server/http/request-bodies.js';
import { requestIdOf } from '../server/http/request-id.js';
import { addToRecord } from '../server/http/request-record.js';
import type { UnreadLimits } from '../server/http/unread-answers.js';
import { fileLimits, smallLimits } from '../validation/json-bounds.js';
import { createValueChecks } from './create-value-checks.js';

/** What {@link createHttpServer} needs beside the services. */
export interface HttpServerOptions {
  config: Config;
  log: Logger;
  gitVersion: string;
  metrics: GatewayMetrics;
  /** Why requests cannot be served now, in a sentence; null when they can. */
  notReady(): Promise<string | null>;
  /** Executes the queries and mutations of all transports. */
  router: OperationRouter;
  /** How much of bodies is held, and how slowly they may arrive; default as {@link RequestBodies}. */
  bodyLimits?: RequestBodyLimits;
  /** How much may wait for clients that do not read; default as {@link UnreadAnswers}. */
  unreadLimits?: Partial<UnreadLimits>;
  /** The built pages, `dist/web`; it may be missing. */
  webDirectory: string;
}

/** Creates the HTTP server of all transports. It is not listening yet. */
export function createHttpServer(
  services: Services,
  { bodyLimits, ...options }: HttpServerOptions,
): HttpServer {
  const { config, log, router } = options;
  const { prisma } = services;
  const provider = config.oidc && new IdentityProvider({ ...config.oidc, log });
  const failures = new FailedAuthentications(config.rateLimitFailures);
  const context = async (
    req: IncomingMessage,
    authorization: string | null | undefined,
    requestId: string,
  ): Promise<RequestContext> => {
    const actor = await failures.watch(req, Boolean(authorization), () =>
      authenticate({ prisma, provider }, authorization).catch((error) => {
        throw withDatabaseErrors(error);
      }),
    );
    addToRecord(req, { userId: actor.userId });
    server.unread.authenticated(req, actor.userId);
    return { actor, requestId, spaces: new Map() };
  };
  const bodies = new RequestBodies(bodyLimits);
  const rest = createRestApp({
    executor: new GraphQLExecutor({ schema, services, router, documents: restDocuments() }),
    context: async (headers, connection) => {
      const { incoming, outgoing } = connection as HttpBindings;
      server.assertWithinQuota(incoming);
      const left = new AbortController();
      outgoing.once('close', () => left.abort());
      const ctx = await context(incoming, headers.get('authorization'), requestIdOf(incoming));
      return { ...ctx, left: left.signal };
    },
    checks: createValueChecks(),
    schema,
    idempotency: new IdempotencyStore({ prisma }),
    body: {
      read: (connection, caller, { scope, holds }) => {
        requireScope(caller, scope);
        const json = { fields: smallLimits, files: fileLimits, bytes: undefined }[holds];
        return bodies.read((connection as HttpBindings).incoming, { userId: caller.actor.userId, json });
      },
    },
    json: {
      parse: (bytes, caller, options) =>
        parseBody(services, caller, bytes, options).then(withPlainTopLevelNumbers),
      stringify: stringifyJson,
      encode: jsonBody,
    },
    requestId: (connection) => requestIdOf((connection as HttpBindings).incoming),
    note: (connection, found) => addToRecord((connection as HttpBindings).incoming, found),
    onInternalError: (err, requestId) => log.error({ err, requestId }, 'a request failed'),
    cutAnswer: (err, connection) => {
      const { incoming, outgoing } = connection as HttpBindings;
      if (!(err instanceof DomainError))
        log.error({ err, requestId: requestIdOf(incoming) }, 'an answer failed');
      outgoing.destroy();
    },
  });
  const server = new HttpServer({ ...options, rest, schema, services, context, bodies });
  return server;
}

/** The GraphQL documents of REST, without the fragments that the generated module also exports. */
function restDocuments(): DocumentNode[] {
  return Object.values(operations).filter(({ definitions }) =>
    definitions.some((definition) => definition.kind === Kind.OPERATION_DEFINITION),
  );
}
