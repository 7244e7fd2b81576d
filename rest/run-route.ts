import type { Context } from 'hono';
import { assertJsonType } from './assert-json-type.js';
import { successorLink } from './deprecation.js';
import { answerOnce } from './idempotency/answer-once.js';
import { idempotencyKey } from './idempotency/idempotency-key.js';
import { namesOf } from './idempotency/names-of.js';
import { locateError } from './locate-error.js';
import { fieldsOf } from './payloads/fields-of.js';
import type { Answer, Graph, RouteRequest } from './request.js';
import type { BodyContent, RestDependencies, RestEnv } from './rest-dependencies.js';
import type { RestRoute } from './route.js';
import { withCutBody } from './with-cut-body.js';

/**
 * Answers an authenticated request by its route; one with an `Idempotency-Key` at most once.
 * @throws DomainError whose faults are located in the request
 */
export async function runRoute(
  route: RestRoute,
  c: Context<RestEnv>,
  deps: RestDependencies,
): Promise<Response> {
  try {
    const key = route.repeats ? idempotencyKey(c.req.raw.headers) : null;
    const hasBody = route.body || route.takesBytes || key !== null;
    const bytes = hasBody ? await readBody(route, c, deps) : undefined;
    const body = bytes && (await parseBody(route, bytes, { isTransferred: key === null }, c, deps));
    const run = () => runOnce(route, c, deps, body);
    return await (key === null ? run() : runKeyed(route, { key, bytes: bytes!, body }, c, deps, run));
  } catch (error) {
    throw locateError(error, route);
  }
}

/** The members of a body that hold whole files. */
const fileMembers = ['notebook', 'content', 'changes'];

function readBody(route: RestRoute, c: Context<RestEnv>, deps: RestDependencies): Promise<Uint8Array> {
  if (route.body && !lacksBody(route, c)) assertJsonType(c);
  return deps.body.read(c.env, c.get('caller'), { scope: route.needs.scope, holds: contentOf(route) });
}

function contentOf({ body, takesBytes }: RestRoute): BodyContent {
  if (takesBytes) return 'bytes';
  const known = body ? fieldsOf(body) : {};
  return fileMembers.some((name) => Object.hasOwn(known, name)) ? 'files' : 'fields';
}

/** Whether a request may be one without a body, which counts as `{}`. */
function lacksBody(route: RestRoute, c: Context<RestEnv>): boolean {
  return route.isBodyOptional === true && c.req.header('content-type') === undefined;
}

/** What the route takes: parsed JSON, or the bytes as they are; undefined where it takes no body. */
async function parseBody(
  route: RestRoute,
  bytes: Uint8Array,
  options: { isTransferred: boolean },
  c: Context<RestEnv>,
  deps: RestDependencies,
): Promise<unknown> {
  if (route.takesBytes) return bytes;
  if (!route.body) return undefined;
  if (bytes.length === 0 && lacksBody(route, c)) return {};
  assertJsonType(c);
  return deps.json.parse(bytes, c.get('caller'), options);
}

async function runKeyed(
  route: RestRoute,
  { key, bytes, body }: { key: string; bytes: Uint8Array; body: unknown },
  c: Context<RestEnv>,
  deps: RestDependencies,
  run: () => Promise<Response>,
): Promise<Response> {
  const request = {
    key,
    method: c.req.method,
    path: new URL(c.req.url).pathname,
    body: bytes,
    operation: route.repeats!,
    names: namesOf(c.req.param() as Record<string, string>, body, route.body),
  };
  const onLost = (error: unknown) => deps.onInternalError(error, deps.requestId(c.env));
  return answerOnce(deps.idempotency, c.get('caller'), request, run, onLost);
}

async function runOnce(
  route: RestRoute,
  c: Context<RestEnv>,
  deps: RestDependencies,
  body: unknown,
): Promise<Response> {
  const caller = c.get('caller');
  const request: RouteRequest = {
    space: c.req.param('space')!,
    param: (name) => c.req.param(name as never)!,
    query: c.req.query(),
    body,
    headers: c.req.raw.headers,
  };
  const graph: Graph = {
    execute: (document, variables) => deps.executor.execute(document, variables, caller),
    subscribe: (document, variables) => deps.executor.subscribe(document, variables, caller),
    stringify: deps.json.stringify,
  };
  const { answer, successorId } = await route.handle(request, graph, deps.checks);
  const response =
    answer instanceof Response
      ? withCutBody(answer, (error) => deps.cutAnswer(error, c.env))
      : await toResponse(answer, deps.json.encode);
  if (successorId)
    response.headers.set('link', successorLink(c.req.url, request.param('repository_id'), successorId));
  return response;
}

async function toResponse(
  answer: Exclude<Answer, Response>,
  encode: RestDependencies['json']['encode'],
): Promise<Response> {
  const headers = new Headers(answer.headers);
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers });
  headers.set('content-type', 'application/json');
  return new Response(await encode(answer.body), { status: answer.status, headers });
}
