import type { GraphQLSchema } from 'graphql';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { DomainError } from '../src/errors.js';
import type { GraphQLExecutor } from '../src/server/graphql/graphql-executor.js';
import { basePath } from './base-path.js';
import { announceDeprecation, isDeprecated, successorLink } from './deprecation.js';
import { errorResponse, noSuchPath } from './error-response.js';
import {
  answerOnce,
  type IdempotencyStore,
  idempotencyKey,
  mutationOf,
  takesIdempotencyKey,
} from './idempotency.js';
import { buildOpenApi } from './openapi/build-openapi.js';
import type { Answer, RestRoute, RouteRequest } from './route.js';
import { routes } from './table.js';

const largestBody = 64 * 1024 * 1024;

/** Who is asking; made by {@link RestDependencies.context} and opaque here. */
type CallerContext = Parameters<GraphQLExecutor['execute']>[2];

/** What a request has once it is authenticated. */
interface RestEnv {
  Variables: { caller: CallerContext };
}

/** The REST API as a Hono app. */
export type RestApp = Hono<RestEnv>;

/** What the REST layer is given; `context` authenticates and is opaque to it. */
export interface RestDependencies {
  executor: GraphQLExecutor;
  context(headers: Headers, requestId: string): Promise<CallerContext>;
  /** What the executor runs on; for the description at `/openapi.json`. */
  schema: GraphQLSchema;
  idempotency: IdempotencyStore<CallerContext>;
  /** A JSON codec that keeps the number tokens of what is nested in a body. `parse` @throws SyntaxError */
  json: { parse(text: string): unknown; stringify(value: unknown): string };
  /** The id of a request, by the connection that the server gives with it; the server has set it as a header. */
  requestId(connection: unknown): string;
  /** Told of what is answered as a masked 500. */
  onInternalError(error: unknown, requestId: string): void;
}

/** Makes the Hono app of the REST API from the table of routes. */
export function createRestApp(deps: RestDependencies): RestApp {
  const app = new Hono<RestEnv>();
  const description = buildOpenApi(routes, deps.schema);
  const limit = bodyLimit({
    maxSize: largestBody,
    onError: () => {
      throw new DomainError('payload_too_large', 'A body may have at most 64 MiB.');
    },
  });

  const requestIdOf = (c: Context): string => deps.requestId(c.env);

  app.onError((error, c) => {
    const requestId = requestIdOf(c);
    if (!(error instanceof DomainError)) deps.onInternalError(error, requestId);
    return errorResponse(error, requestId);
  });

  /** Comes before all that looks at a body: nobody unknown has one read. */
  const authenticated: MiddlewareHandler<RestEnv> = async (c, next) => {
    c.set('caller', await deps.context(c.req.raw.headers, requestIdOf(c)));
    await next();
  };

  async function answer(row: RestRoute, c: Context<RestEnv>): Promise<Response> {
    const context = c.get('caller');
    const request: RouteRequest = {
      space: c.req.param('space')!,
      param: (name) => c.req.param(name as never)!,
      query: c.req.query(),
      body: row.body ? await readJson(c, deps.json.parse) : undefined,
      headers: c.req.raw.headers,
    };
    const { answer: given, successorId } = await row.handle(request, {
      execute: (document, variables) => deps.executor.execute(document, variables, context),
      subscribe: (document, variables) => deps.executor.subscribe(document, variables, context),
    });
    const response = respond(given, deps.json.stringify);
    if (successorId)
      response.headers.set('link', successorLink(c.req.url, request.param('repository_id'), successorId));
    return response;
  }

  app.get('/openapi.json', authenticated, () => respond({ status: 200, body: description }, JSON.stringify));

  const byPath = new Map<string, RestRoute[]>();
  for (const route of routes) byPath.set(route.path, [...(byPath.get(route.path) ?? []), route]);
  for (const [path, rows] of byPath) {
    if (rows.some(isDeprecated)) app.use(basePath + path, announceDeprecation);
    app.use(basePath + path, authenticated);
    for (const row of rows) {
      if (row.body || takesIdempotencyKey(row)) app.on(row.method.toUpperCase(), basePath + path, limit);
      app.on(row.method.toUpperCase(), basePath + path, async (c) => {
        const run = () => answer(row, c);
        const key = takesIdempotencyKey(row) ? idempotencyKey(c.req.raw.headers) : null;
        if (key === null) return run();
        const request = {
          key,
          method: c.req.method,
          path: new URL(c.req.url).pathname,
          body: new Uint8Array(await c.req.arrayBuffer()),
          mutation: mutationOf(row),
          params: c.req.param() as Record<string, string>,
        };
        const onLost = (error: unknown) => deps.onInternalError(error, requestIdOf(c));
        return answerOnce(deps.idempotency, c.get('caller'), request, run, onLost);
      });
    }
    app.all(basePath + path, (c) => {
      const allowed = rows.map((row) => row.method.toUpperCase()).join(', ');
      const error = new DomainError('method_not_allowed', `This path takes ${allowed}.`);
      const response = errorResponse(error, requestIdOf(c));
      response.headers.set('allow', allowed);
      return response;
    });
  }
  app.all('/api/*', authenticated, () => {
    throw noSuchPath();
  });
  return app;
}

async function readJson(c: Context, parse: (text: string) => unknown): Promise<unknown> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new DomainError('unsupported_media_type', 'Send the body as application/json.');
  }
  try {
    return parse(new TextDecoder('utf-8', { fatal: true }).decode(await c.req.arrayBuffer()));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    const msg = 'is not valid JSON in UTF-8';
    throw new DomainError('invalid_request', `The body ${msg}.`, {
      fields: [{ loc: ['body'], msg, type: 'json_invalid' }],
    });
  }
}

function respond(answer: Answer, stringify: (value: unknown) => string): Response {
  if (answer instanceof Response) return answer;
  const headers = new Headers(answer.headers);
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers });
  headers.set('content-type', 'application/json');
  return new Response(stringify(answer.body), { status: answer.status, headers });
}
