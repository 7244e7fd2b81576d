import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { answerOf } from '../api/answer-of.js';
import { useClient } from '../api/api-context.js';
import { faultOf } from '../api/api-error.js';
import { type CountedPage, type ListState, PagedList } from './paged-list.js';

/** A list of which a page shows the first part, and more when somebody asks for it. */
export interface Pages<Row> extends ListState<Row> {
  /** Whether the first answer is still awaited. */
  isLoading: boolean;
  /** Loads the next page. */
  more: () => void;
  /** Reads again now, after a change of the user. */
  reload: () => void;
  /** Reads again after a change of others, at most every two seconds. */
  soon: () => void;
}

/**
 * Reads a list by pages. What is still awaited when the list is left is cancelled. While a list with other variables is awaited, e.g. with another search, the one before stays.
 * @param query reads the page after its variable `after`
 * @param variables null while nobody needs the list
 * @param pageOf finds the page in an answer; undefined when its object is gone
 */
export function usePages<Data, Variables extends Record<string, unknown>, Row>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Omit<Variables, 'after'> | null,
  pageOf: (data: Data) => CountedPage<Row> | undefined,
): Pages<Row> {
  const client = useClient();
  const asked = JSON.stringify(variables);
  const newest = useRef(pageOf);
  useEffect(() => {
    newest.current = pageOf;
  });
  const list = useMemo(() => {
    const context = { requestPolicy: 'network-only' } as const;
    return new PagedList<Row>(async (after, signal) => {
      const given = JSON.parse(asked);
      // The API refuses variables that the query does not have: a list without pages has no `after`.
      const all = after === null ? given : { ...given, after };
      const answer = await answerOf(client.query<Data>(query, all, context), signal);
      const { data, error } = answer ?? {};
      if (error || !data) return error ? faultOf(error) : gone;
      return newest.current(data) ?? gone;
    });
  }, [client, query, asked]);
  const isNeeded = variables !== null;
  useEffect(() => (isNeeded ? list.open() : undefined), [list, isNeeded]);
  const state = useSyncExternalStore(list.subscribe, list.getState);
  const isLoading = !state.rows && !state.fault;
  const shown = useRef(state);
  if (!isLoading) shown.current = state;
  const { more, reload, soon } = list;
  return { ...shown.current, isLoading: isLoading && !shown.current.rows, more, reload, soon };
}

const gone = { message: 'It was not found.', code: 'not_found', extensions: {} };
