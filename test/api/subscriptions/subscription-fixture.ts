import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { WebSocket } from 'ws';
import { demo } from '../../../prisma/seed.js';
import { openExternalBackend } from '../../../src/workers/backends/external/open-external-backend.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';
import { testPython } from '../../support/jupyter.js';

export let at: TestGateway;

export const services = () => at.gateway.services;
const streams: Stream[] = [];

/** Opens one gateway for the tests of the file that calls this, and ends the streams after each of them. */
export function setUpStreams(): void {
  beforeAll(async () => {
    at = await openTestGateway({
      backends: (dataDir) => [
        openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython }),
      ],
    });
  });
  afterAll(() => at.close());
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.leave();
    await until(() => listeners() === 0);
  });
}

/** How many listen to what anybody could change. */
export const listeners = () =>
  services().bus.listenerCount('workspace', '*') +
  services().bus.listenerCount('session', '*') +
  services().bus.listenerCount('executionStatus', '*') +
  services().bus.listenerCount('commit', demo.repositoryId);

export async function until(check: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await sleep(20);
  }
}

/** A subscription that collects what it is sent. */
export interface Stream {
  results: any[];
  /** Resolves when the server ends it. */
  ended: Promise<void>;
  leave(): void;
}

export const transports = [
  'yoga',
  'graphql-sse distinct',
  'graphql-sse single connection',
  'graphql-ws',
] as const;
export type Transport = (typeof transports)[number];

export function open(
  query: string,
  variables: object = {},
  token = at.token,
  transport: Transport = 'yoga',
): Stream {
  const authorization = `Bearer ${token}`;
  const client =
    transport === 'graphql-ws'
      ? createSocketClient({
          url: `${at.url.replace('http', 'ws')}/graphql`,
          webSocketImpl: WebSocket,
          connectionParams: { authorization },
          retryAttempts: 0,
        })
      : createClient({
          url: transport === 'yoga' ? `${at.url}/graphql` : `${at.url}/graphql/stream`,
          headers: { authorization },
          singleConnection: transport === 'graphql-sse single connection',
          retryAttempts: 0,
        });
  const results: any[] = [];
  let leave = () => {};
  const ended = new Promise<void>((resolve) => {
    leave = client.subscribe(
      { query, variables: variables as Record<string, unknown> },
      {
        next: (result: unknown) => results.push(result),
        error: (error: unknown) => {
          results.push({ failed: error });
          resolve();
        },
        complete: resolve,
      },
    );
  });
  const stream = {
    results,
    ended,
    leave() {
      leave();
      void client.dispose();
    },
  };
  streams.push(stream);
  return stream;
}

/** {@link open}, resolved once the gateway listens for it. */
export async function listening(...args: Parameters<typeof open>): Promise<Stream> {
  const before = listeners();
  const stream = open(...args);
  await until(() => listeners() > before);
  return stream;
}

export const workspaces =
  'subscription ($id: ID) { workspaceChanged(spaceSlug: "demo", workspaceId: $id) { change workspace { id name effectivePermissions { canEdit } } } }';
export const files =
  'subscription ($branch: String, $id: ID!) { fileChanged(spaceSlug: "demo", workspaceId: $id, branch: $branch) { path change previousPath sha notebookId commitSha branch commitMessage author { userId name email } } }';
export const sessions =
  'subscription ($id: ID) { sessionChanged(spaceSlug: "demo", sessionId: $id) { id status count: executionCount } }';
export const executions =
  'subscription { executionsChanged(spaceSlug: "demo") { id status session: sessionId code } }';
export const workers =
  'subscription ($id: ID) { workerChanged(spaceSlug: "demo", workerId: $id) { id status progress { percent } } }';
