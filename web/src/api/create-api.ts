import { Client, cacheExchange, fetchExchange, mapExchange } from 'urql';
import { isUnauthenticated } from './api-error.js';
import { LiveConnection } from './live-connection.js';

/** The API as one signed-in user sees it. */
export interface Api {
  /** Queries and mutations. */
  client: Client;
  /** Subscriptions, all over one connection. */
  live: LiveConnection;
}

/**
 * Creates a client of the gateway that served the page.
 * @param token the API token of all requests
 * @param onUnauthenticated called when the gateway refuses the token
 */
export function createApi(token: string, onUnauthenticated: () => void): Api {
  const headers = { authorization: `Bearer ${token}` };
  const client = new Client({
    url: '/graphql',
    preferGetMethod: false,
    fetchOptions: { headers },
    requestPolicy: 'cache-and-network',
    exchanges: [
      mapExchange({
        onError(error) {
          if (isUnauthenticated(error)) onUnauthenticated();
        },
      }),
      cacheExchange,
      fetchExchange,
    ],
  });
  return { client, live: new LiveConnection({ ...headers, onUnauthenticated }) };
}
