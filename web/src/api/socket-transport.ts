import { createClient } from 'graphql-ws';
import { type ApiFault, graphqlFault, invalidToken } from './api-error.js';
import { subscribeOver } from './subscribe-over.js';
import type { Transport, TransportOptions } from './transport.js';

const pingMs = 15_000;
const maxPongMs = 10_000;
const unauthorized = 4401;

/**
 * All subscriptions over one WebSocket. Browsers open hundreds of them to an origin, and only six other connections.
 * @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function openSocketTransport({ authorization, onConnected, onLost }: TransportOptions): Transport {
  let wasConnected = false;
  let isDisposed = false;
  let pong: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
    connectionParams: { authorization },
    retryAttempts: 0,
    keepAlive: pingMs,
    on: {
      connected() {
        wasConnected = true;
        onConnected();
      },
      ping(received) {
        if (!received) pong = setTimeout(() => client.terminate(), maxPongMs);
      },
      pong(received) {
        if (received) clearTimeout(pong);
      },
      closed() {
        clearTimeout(pong);
      },
    },
  });
  return {
    subscribe: subscribeOver(client, {
      ...{ faultOf: faultOfEnd, onLost },
      wasConnected: () => wasConnected,
      isDisposed: () => isDisposed,
    }),
    dispose() {
      isDisposed = true;
      clearTimeout(pong);
      // A dead connection would answer the end of the protocol after a minute only.
      client.terminate();
      void client.dispose();
    },
  };
}

/** Why the gateway refused a subscription or the token; null where the connection broke. */
function faultOfEnd(error: unknown): ApiFault | null {
  if (Array.isArray(error)) return graphqlFault(error[0]);
  const code = error && typeof error === 'object' && 'code' in error ? error.code : undefined;
  return code === unauthorized ? invalidToken : null;
}
