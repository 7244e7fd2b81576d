import { useEffect, useState } from 'react';
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
  known: Principals;
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
  known: Principals;
  /** Null when all are there. */
  next: NextPage | null;
  fault: ApiFault | null;
}

/**
 * Loads the teams and the members of a space page by page, until there are enough: the API neither searches them nor reads
 * one of them by its id.
 * @param isEnough whether no more are needed
 */
export function usePrincipals(slug: string, isEnough: (known: Principals) => boolean): LoadedPrincipals {
  const client = useClient();
  const [{ known, next, fault }, setLoaded] = useState<Loaded>({
    known: new Map(),
    next: { type: 'team', after: null },
    fault: null,
  });
  const wanted = fault === null && !isEnough(known) ? next : null;
  useEffect(() => {
    if (wanted === null) return;
    void loadPage(client, slug, wanted).then((page) =>
      // A second answer for the same page is left out.
      setLoaded((before) => (before.next === wanted ? withPage(before, page) : before)),
    );
  }, [client, slug, wanted]);
  const retry = () => setLoaded((before) => ({ ...before, fault: null }));
  return { known, isLoading: wanted !== null, fault, retry };
}

interface Page {
  principals: Principal[];
  next: NextPage | null;
}

function withPage(before: Loaded, page: Page | { fault: ApiFault }): Loaded {
  if ('fault' in page) return { ...before, fault: page.fault };
  const known = new Map(before.known);
  for (const principal of page.principals) known.set(principal.key, principal);
  return { known, next: page.next, fault: null };
}

async function loadPage(
  client: Client,
  slug: string,
  { type, after }: NextPage,
): Promise<Page | { fault: ApiFault }> {
  const variables = { slug, after };
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
