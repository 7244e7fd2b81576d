import { createClient, NetworkError } from 'graphql-sse';
import { type ApiFault, invalidToken } from './api-error.js';
import { subscribeOver } from './subscribe-over.js';
import type { Transport, TransportOptions } from './transport.js';

const temporaryStatuses: ReadonlySet<number> = new Set([404, 408, 409, 429]);

/**
 * All subscriptions over one stream of server-sent events, for networks that let no WebSocket through.
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md#single-connection-mode
 */
export function openEventStreamTransport(options: TransportOptions): Transport {
  const { authorization, onConnected, onLost } = options;
  let wasConnected = false;
  let isDisposed = false;
  const client = createClient<true>({
    singleConnection: true,
    url: '/graphql/stream',
    // A new object for each connection: the library writes the token of the stream into it.
    headers: () => ({ authorization }),
    retryAttempts: 0,
    on: {
      connected() {
        wasConnected = true;
        onConnected();
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
      client.dispose();
    },
  };
}

/** Why the gateway refused a subscription or the token; null where the connection broke. */
function faultOfEnd(error: unknown): ApiFault | null {
  const status = error instanceof NetworkError ? error.response?.status : undefined;
  if (status === 401) return invalidToken;
  if (status === undefined || status < 400 || status >= 500 || temporaryStatuses.has(status)) return null;
  return { message: 'The gateway refused the stream.', code: 'invalid_request', extensions: {} };
}
