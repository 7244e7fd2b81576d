import { useEffect, useState } from 'react';
import type { ApiFault } from '../api/api-error.js';
import type { PrincipalKey } from './sharing-draft.js';
import { type Principal, type Principals, usePrincipals } from './use-principals.js';

const pageSize = 20;

/** Those that a workspace can be shared with, found by their name. */
export interface Candidates {
  search: string;
  /** Looks for another text in names and e-mail addresses; with an empty one for all. */
  setSearch(search: string): void;
  /** The first that were found. */
  found: Principal[];
  /** Lists more of them; undefined when all are listed. */
  more: (() => void) | undefined;
  isLoading: boolean;
  fault: ApiFault | null;
  /** Goes on after a fault. */
  retry(): void;
  /** Everybody who was loaded, also by another search. */
  known: Principals;
}

/**
 * Looks for members and teams that do not have a grant yet.
 * @param listed those with a grant, whose names are loaded too
 * @param ownerId the owner of the workspace, who needs none
 */
export function useCandidates(slug: string, listed: PrincipalKey[], ownerId: string): Candidates {
  const [search, setSearch] = useState('');
  const [limit, setLimit] = useState(pageSize);
  const left: ReadonlySet<PrincipalKey> = new Set<PrincipalKey>([...listed, `user:${ownerId}`]);
  const freeOf = (found: Principals) => [...found.values()].filter(({ key }) => !left.has(key));
  const searched = usePrincipals(slug, search.trim(), (found) => freeOf(found).length > limit);
  // Whoever was found once may have been added since, and has a name in the list then.
  const [seen, setSeen] = useState<Principals>(new Map());
  useEffect(() => setSeen((before) => withAll(before, searched.found)), [searched.found]);
  const named = usePrincipals(slug, '', (found) => listed.every((key) => found.has(key) || seen.has(key)));
  const free = freeOf(searched.found);
  return {
    search,
    setSearch(next) {
      setSearch(next);
      setLimit(pageSize);
    },
    found: free.slice(0, limit),
    more: free.length > limit ? () => setLimit(limit + pageSize) : undefined,
    known: withAll(seen, named.found),
    isLoading: searched.isLoading || named.isLoading,
    fault: searched.fault ?? named.fault,
    retry() {
      searched.retry();
      named.retry();
    },
  };
}

function withAll(known: Principals, more: Principals): Principals {
  return more.size === 0 ? known : new Map([...known, ...more]);
}
