import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import { type Client, Provider } from 'urql';
import type { Api } from './create-api.js';
import type { ConnectionState } from './live-connection.js';
import type { Subscribe } from './subscriber.js';

const ApiContext = createContext<Api | null>(null);

/** Gives all below it the API, and urql its client. */
export function ApiProvider({ api, children }: { api: Api; children: ReactNode }) {
  return (
    <ApiContext value={api}>
      <Provider value={api.client}>{children}</Provider>
    </ApiContext>
  );
}

/** The API of the signed-in user. @throws Error before the sign-in */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error('Nobody is signed in.');
  return api;
}

/** The client for queries and mutations; urql's own hooks use the same one. @throws Error before the sign-in */
export function useClient(): Client {
  return useApi().client;
}

/** A function that subscribes, as {@link Subscribe} says; it stays the same until the sign-out. */
export function useSubscribe(): Subscribe {
  return useApi().live.subscribe;
}

/** Whether the streams of events have their connection. */
export function useConnectionState(): ConnectionState {
  const { live } = useApi();
  return useSyncExternalStore(live.onStateChange, live.getState);
}
