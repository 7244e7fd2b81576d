import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useQuery } from 'urql';
import { type ApiFault, faultOf, isTemporary } from '../api/api-error.js';
import { type SpaceItem, useSpaceItems } from './space-feed.js';

const firstDelayMs = 150;
/** Each token may use only so much in a minute, and a busy space has many events a second. */
const minIntervalMs = 2_000;
const maxRetryMs = 30_000;

/** What a query answered last. */
export interface LiveResult<Data> {
  data: Data | undefined;
  fault: ApiFault | null;
  /** Asks again, e.g. after a mutation. */
  reload(): void;
}

/**
 * Runs a query, and runs it again after events of the space that change its answer, at most every two seconds.
 * @param isAbout whether an item of the space changes the answer
 */
export function useLiveQuery<Data, Variables extends Record<string, unknown>>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  isAbout: (item: SpaceItem) => boolean,
): LiveResult<Data> {
  const [{ data, error, stale, fetching }, execute] = useQuery<Data, Variables>({
    query,
    variables,
  } as Parameters<typeof useQuery<Data, Variables>>[0]);
  const fault = useMemo(() => (error ? faultOf(error) : null), [error]);
  // While the gateway can not answer, what was good stays, with the fault beside it.
  const asked = JSON.stringify(variables);
  const good = useRef<{ asked: string; data: Data | undefined }>({ asked, data: undefined });
  if (good.current.asked !== asked || (fault && !isTemporary(fault)))
    good.current = { asked, data: undefined };
  if (data && !error) good.current = { asked, data };
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const lastMs = useRef(0);
  const failures = useRef(0);
  const reload = useCallback(() => {
    lastMs.current = Date.now();
    execute({ requestPolicy: 'network-only' });
  }, [execute]);
  useSpaceItems((item) => {
    if (timer.current !== undefined || !(item.__typename === 'SpaceEventsReset' || isAbout(item))) return;
    const wait = Math.max(firstDelayMs, lastMs.current + minIntervalMs - Date.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      reload();
    }, wait);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const isRetried = fault !== null && isTemporary(fault) && !stale && !fetching;
  useEffect(() => {
    if (!isRetried) {
      if (fault === null) failures.current = 0;
      return;
    }
    const delay = Math.min(maxRetryMs, minIntervalMs * 2 ** failures.current++);
    const retry = setTimeout(reload, delay);
    return () => clearTimeout(retry);
  }, [isRetried, fault, reload]);
  return { data: good.current.data, fault, reload };
}
