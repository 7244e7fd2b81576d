import { useEffect, useMemo, useState } from 'react';
import type { Client } from 'urql';
import { MembersToShareWithDocument, TeamsToShareWithDocument } from '../../generated/shell.js';
import { useClient } from '../api/api-context.js';
import { type ApiFault, faultOf } from '../api/api-error.js';
import type { PrincipalKey } from './sharing-draft.js';

/** A member or a team of a space. */
export interface Principal {
  key: PrincipalKey;
  name: string;
  /** What distinguishes it from another one of this name: the e-mail address, or that it is a team. */
  detail: string;
}

/** Members and teams by their keys. */
export type Principals = ReadonlyMap<PrincipalKey, Principal>;

/** The teams and members of a space that were loaded. */
export interface LoadedPrincipals {
  /** Those that have the search in the name or e-mail address, as far as they are loaded. */
  found: Principals;
  isLoading: boolean;
  fault: ApiFault | null;
  /** Goes on after a fault. */
  retry(): void;
}

/** Where the next page begins: the teams come first, then the members. */
interface NextPage {
  type: 'team' | 'user';
  after: string | null;
}

interface Loaded {
  search: string;
  found: Principals;
  /** Null when all are there. */
  next: NextPage | null;
  fault: ApiFault | null;
}

const nothingOf = (search: string): Loaded => ({
  ...{ search, found: new Map(), fault: null },
  next: { type: 'team', after: null },
});

/** Who types goes on for that long before the next letter. */
const typingMs = 150;

/**
 * Loads the teams and the members of a space that have a text in the name or e-mail address, page by page, until there are
 * enough.
 * @param search empty for all
 * @param isEnough whether no more are needed
 */
export function usePrincipals(
  slug: string,
  search: string,
  isEnough: (found: Principals) => boolean,
): LoadedPrincipals {
  const client = useClient();
  const [state, setLoaded] = useState(() => nothingOf(search));
  // What another search has found is of no use from its first letter on.
  const loaded = useMemo(() => (state.search === search ? state : nothingOf(search)), [state, search]);
  const { found, next, fault } = loaded;
  const wanted = fault === null && !isEnough(found) ? next : null;
  useEffect(() => {
    if (wanted === null) return;
    let isCurrent = true;
    const isTyped = search !== '' && found.size === 0;
    const timer = setTimeout(
      () =>
        void loadPage(client, { slug, search }, wanted).then((page) => {
          if (isCurrent) setLoaded(withPage(loaded, page));
        }),
      isTyped ? typingMs : 0,
    );
    return () => {
      // An answer that comes later is for what is not shown any more, or a second one for the same page.
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, slug, search, wanted, found, loaded]);
  const retry = () => setLoaded({ ...loaded, fault: null });
  return { found, isLoading: wanted !== null, fault, retry };
}

interface Page {
  principals: Principal[];
  next: NextPage | null;
}

function withPage(before: Loaded, page: Page | { fault: ApiFault }): Loaded {
  if ('fault' in page) return { ...before, fault: page.fault };
  const found = new Map(before.found);
  for (const principal of page.principals) found.set(principal.key, principal);
  return { ...before, found, next: page.next };
}

async function loadPage(
  client: Client,
  of: { slug: string; search: string },
  { type, after }: NextPage,
): Promise<Page | { fault: ApiFault }> {
  const variables = { ...of, after };
  const context = { requestPolicy: 'network-only' } as const;
  if (type === 'team') {
    const { data, error } = await client.query(TeamsToShareWithDocument, variables, context).toPromise();
    if (error) return { fault: faultOf(error) };
    const { nodes, pageInfo } = data!.space.teams;
    return {
      principals: nodes.map(({ id, name }) => ({ key: `team:${id}`, name, detail: 'team' })),
      next: pageInfo.hasNextPage ? { type, after: pageInfo.endCursor } : { type: 'user', after: null },
    };
  }
  const { data, error } = await client.query(MembersToShareWithDocument, variables, context).toPromise();
  if (error) return { fault: faultOf(error) };
  const { nodes, pageInfo } = data!.space.members;
  return {
    principals: nodes.map(({ userId, user: { name, email } }) => ({
      key: `user:${userId}`,
      name,
      detail: email,
    })),
    next: pageInfo.hasNextPage ? { type, after: pageInfo.endCursor } : null,
  };
}
