import { Hono, type MiddlewareHandler } from 'hono';
import { DomainError, methodNotAllowed } from '../src/errors.js';
import { refusalOf } from '../src/refusal.js';
import { assertNotEncoded } from './assert-not-encoded.js';
import { basePath } from './base-path.js';
import { announceDeprecation, isDeprecated } from './deprecation.js';
import { errorResponse, noSuchPath } from './error-response.js';
import { buildOpenApi } from './openapi/build-openapi.js';
import type { RestDependencies, RestEnv } from './rest-dependencies.js';
import type { RestRoute } from './route.js';
import { runRoute } from './run-route.js';
import { routes } from './table.js';

/** The REST API as a Hono app. */
export type RestApp = Hono<RestEnv>;

/** Makes the Hono app of the REST API from the table of routes. */
export function createRestApp(deps: RestDependencies): RestApp {
  const app = new Hono<RestEnv>();
  const description = JSON.stringify(buildOpenApi(routes, deps.schema));
  // Comes before everything that looks at a body: the gateway reads none of an unknown caller.
  const authenticated: MiddlewareHandler<RestEnv> = async (c, next) => {
    c.set('caller', await deps.context(c.req.raw.headers, c.env));
    await next();
  };
  app.onError((error, c) => {
    const requestId = deps.requestId(c.env);
    deps.note(c.env, { code: refusalOf(error).code });
    if (!(error instanceof DomainError)) deps.onInternalError(error, requestId);
    return errorResponse(error, requestId);
  });
  app.use('/openapi.json', authenticated);
  app.get('/openapi.json', (c) => c.body(description, 200, { 'content-type': 'application/json' }));
  app.all('/openapi.json', () => {
    throw methodNotAllowed(['GET', 'HEAD']);
  });
  for (const [path, rows] of byPath(routes)) {
    app.use(path, (c, next) => {
      const method = c.req.method === 'HEAD' ? 'get' : c.req.method.toLowerCase();
      const row = rows.find((one) => one.method === method);
      if (row) deps.note(c.env, { operation: row.operationId });
      return next();
    });
    if (rows.some(isDeprecated)) app.use(path, announceDeprecation);
    app.use(path, authenticated);
    for (const row of rows) {
      const method = row.method.toUpperCase();
      if (row.body || row.takesBytes || row.repeats) app.on(method, path, plain);
      app.on(method, path, (c) => runRoute(row, c, deps));
    }
    app.all(path, () => {
      throw methodNotAllowed(rows.map(({ method }) => method.toUpperCase()));
    });
  }
  app.all('*', authenticated, () => {
    throw noSuchPath();
  });
  return app;
}

function byPath(rows: readonly RestRoute[]): Map<string, RestRoute[]> {
  const paths = new Map<string, RestRoute[]>();
  for (const row of rows) {
    // The name of a branch may have slashes.
    const path = basePath + row.path.replace(/:name$/, ':name{.+}');
    paths.set(path, [...(paths.get(path) ?? []), row]);
  }
  return paths;
}

const plain: MiddlewareHandler = (c, next) => {
  assertNotEncoded(c.req.header('content-encoding'));
  return next();
};
