import { useState } from 'react';
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
  /** Everybody who was loaded. */
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
  const text = search.trim().toLowerCase();
  const findIn = (known: Principals) =>
    [...known.values()].filter(
      ({ key, name, detail }) =>
        !left.has(key) && (name.toLowerCase().includes(text) || detail.toLowerCase().includes(text)),
    );
  const isEnough = (known: Principals) =>
    listed.every((key) => known.has(key)) && findIn(known).length > limit;
  const { known, ...loading } = usePrincipals(slug, isEnough);
  const found = findIn(known);
  return {
    search,
    setSearch(next) {
      setSearch(next);
      setLimit(pageSize);
    },
    found: found.slice(0, limit),
    more: found.length > limit ? () => setLimit(limit + pageSize) : undefined,
    known,
    ...loading,
  };
}
