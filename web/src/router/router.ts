import { useSyncExternalStore } from 'react';
import type { Address } from './address.js';

const changed = 'popstate';
let current: (Address & { search: string }) | undefined;

/** The same object until the address changes. The query is compared as it is written: it can be encoded in several ways. */
function readAddress(): Address {
  const { pathname, search } = location;
  if (current?.path !== pathname || current.search !== search)
    current = { path: pathname, search, query: new URLSearchParams(search) };
  return current;
}

function onChange(listener: () => void): () => void {
  addEventListener(changed, listener);
  return () => removeEventListener(changed, listener);
}

/** The address of the page; the component is drawn again when it changes. */
export function useAddress(): Address {
  return useSyncExternalStore(onChange, readAddress);
}

/**
 * Goes to another page without loading it.
 * @param to a path with an optional query, e.g. from `routes`
 */
export function navigate(to: string): void {
  history.pushState(null, '', to);
  dispatchEvent(new PopStateEvent(changed));
  scrollTo(0, 0);
}
