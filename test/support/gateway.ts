import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { OpenApiDocument } from '../../rest/openapi/build-openapi.js';
import { type Gateway, openGateway } from '../../src/app/gateway.js';
import { type RuntimeLimits, readConfig } from '../../src/config.js';
import type { Database } from '../../src/engines/database/database.js';
import type { RequestBodyLimits } from '../../src/server/http/request-bodies.js';
import type { UnreadLimits } from '../../src/server/http/unread-answers.js';
import type { WorkerBackend } from '../../src/workers/backend.js';
import type { CreationCheck } from '../../src/workers/creation-check.js';
import type { JupyterServers } from '../../src/workers/servers/jupyter-servers.js';
import { openTestDatabase } from './database.js';
import { noRateLimits } from './no-rate-limits.js';
import { createChecker, templateOf } from './openapi-checker.js';
import { readFirst } from './sse.js';

/** A real gateway on its own port, with a new database and data folder. */
export interface TestGateway {
  gateway: Gateway;
  url: string;
  dataDir: string;
  /** The platform admin's token. */
  token: string;
  /** Sends a REST request, below the base path of a space, as the admin unless another token is given. Its answer is
   * checked against the OpenAPI description, and so is the request where it is answered 2xx. */
  rest(method: string, path: string, options?: RestOptions): Promise<RestAnswer>;
  /** Runs a GraphQL operation over HTTP. */
  graphql(
    query: string,
    variables?: Record<string, unknown>,
    token?: string,
  ): Promise<{ status: number; data: any; errors?: any[] }>;
  close(): Promise<void>;
}

/** Checks every described request and answer of the tests against the API description. */
const description: OpenApiDocument = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
const checker = createChecker(description);

export interface RestOptions {
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  raw?: string | Uint8Array<ArrayBuffer>;
  token?: string | null;
  headers?: Record<string, string>;
  space?: string;
  /** Reads so many server-sent events of a stream that does not end, then leaves. */
  events?: number;
}

export interface RestAnswer {
  status: number;
  body: any;
  headers: Headers;
}

/** Opens a {@link TestGateway}; without backends nothing can run cells. */
export async function openTestGateway(
  options: {
    /** Default: a fresh one; closing the gateway closes it. */
    database?: Database;
    backends?: (
      dataDir: string,
      gatewayId: string,
      jupyterServers: JupyterServers,
      mayCreate: CreationCheck,
    ) => WorkerBackend[];
    dataDir?: string;
    /** Settings beside those of every test, e.g. `MAX_PUSH_MB`. */
    env?: Record<string, string>;
    /** In place of those of `env`; fractions of minutes, which no variable allows, make tests short. */
    runtimeLimits?: Partial<RuntimeLimits>;
    sessionStartTimeoutMs?: number;
    expiryCheckMs?: number;
    sweepMs?: number;
    /** Where it listens; default a free port of the loopback address. */
    listen?: { host: string; port: number };
    bodyLimits?: RequestBodyLimits;
    unreadLimits?: Partial<UnreadLimits>;
  } = {},
): Promise<TestGateway> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'gateway-test-')));
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
  const config = readConfig({ ...noRateLimits, ...options.env, DATA_DIR: dataDir, PORT: '0' });
  const runtimeLimits = { ...config.runtimeLimits, ...options.runtimeLimits };
  const gateway = await openGateway({
    config: { ...config, runtimeLimits, demo: true },
    log,
    migrationsDirectory: 'prisma/migrations',
    openBackends: (...given) => options.backends?.(dataDir, ...given) ?? [],
    database: options.database ?? (await openTestDatabase()),
    sessionStartTimeoutMs: options.sessionStartTimeoutMs,
    expiryCheckMs: options.expiryCheckMs,
    sweepMs: options.sweepMs,
    bodyLimits: options.bodyLimits,
    unreadLimits: options.unreadLimits,
  });
  const { host, port } = options.listen ?? { host: '127.0.0.1', port: 0 };
  await new Promise<void>((resolve) => gateway.server.listen(port, host, resolve));
  const url = `http://${host}:${(gateway.server.address() as AddressInfo).port}`;
  const { token } = gateway.adminToken;

  return {
    gateway,
    url,
    dataDir,
    token,

    async rest(method, path, { body, raw, token: other, headers, events, space = 'demo' } = {}) {
      const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const sentHeaders = new Headers({
        ...(other === null ? {} : { authorization: `Bearer ${other ?? token}` }),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      });
      const response = await fetch(`${url}/api/v1.0/engagement/spaces/${space}/notebooks${path}`, {
        method,
        headers: sentHeaders,
        body: sent,
      });
      const text = await (events === undefined ? response.text() : readFirst(response, events));
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      const answer = {
        status: response.status,
        body: isJson ? JSON.parse(text) : text,
        headers: response.headers,
      };
      const template = templateOf(description, method, path);
      if (!template) return answer;
      checker.answer(method, template, answer);
      if (response.ok)
        checker.request(method, template, {
          path,
          headers: sentHeaders,
          text: sent === undefined ? undefined : Buffer.from(sent as string).toString(),
        });
      return answer;
    },

    async graphql(query, variables, other) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${other ?? token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as { data: any; errors?: any[] }) };
    },

    async close() {
      gateway.server.closeAllConnections();
      await gateway.close();
      if (!options.dataDir) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
