import { LRUCache } from 'lru-cache';
import { BoundedSlots } from '../../engines/events/bounded-slots.js';
import { withTimeLimit } from '../../engines/events/with-time-limit.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import type { NotebookThreads } from '../../engines/nbformat/threads/notebook-threads.js';
import { searchContent } from './search-content.js';
import type { SearchResult } from './search-hit.js';
import { searchNames } from './search-names.js';
import type { SearchIn } from './search-query.js';

/** Where and for what to search. Searches with equal values share one result for a minute. */
export interface CommitSearch {
  git: GitRepository;
  repositoryId: string;
  commitSha: string;
  text: string;
  in: SearchIn;
  isCaseSensitive: boolean;
}

const maxHits = 1_000;
const maxMs = 10_000;
/** How long the pages of a search are read from the same result. */
const keptMs = 60_000;
const maxKeptBytes = 16 * 1024 * 1024;
/** Bytes that a hit takes beside its texts. */
const hitBytes = 300;

/** Searches commits, a few at the same time, and keeps what they found for the next pages. */
export class Searches {
  readonly #threads: NotebookThreads;
  readonly #slots = new BoundedSlots({
    ...{ slots: 3, slotsPerUser: 1, maxWaiting: 64, maxWaitingPerUser: 8, maxWaitMs: 30_000 },
    work: 'searches',
  });
  readonly #kept = new LRUCache<string, SearchResult>({
    ...{ maxSize: maxKeptBytes, ttl: keptMs },
    sizeCalculation: ({ hits }) =>
      hits.reduce((sum, { path, snippet }) => sum + 2 * (path.length + snippet.length) + hitBytes, hitBytes),
  });

  constructor({ notebookThreads }: { notebookThreads: NotebookThreads }) {
    this.#threads = notebookThreads;
  }

  /**
   * Searches a commit of a repository that the user may read. It takes at most 10 s and returns at most 1,000 hits.
   * @param signal ends the search when its caller has left
   * @throws DomainError `rate_limited`, `overloaded`, `payload_too_large`, `storage_unavailable`
   */
  async find(userId: string, search: CommitSearch, signal?: AbortSignal): Promise<SearchResult> {
    const { git, repositoryId, commitSha, text, isCaseSensitive } = search;
    const key = JSON.stringify([repositoryId, commitSha, search.in, isCaseSensitive, text]);
    const known = this.#kept.get(key);
    if (known) return known;
    const leave = await this.#slots.enter(userId, signal);
    try {
      // Another page may have searched the same meanwhile.
      const found = this.#kept.get(key) ?? (await this.#search(git, userId, search, signal));
      if (!signal?.aborted) this.#kept.set(key, found);
      return found;
    } finally {
      leave();
    }
  }

  #search(
    git: GitRepository,
    userId: string,
    { commitSha, text, isCaseSensitive, ...search }: CommitSearch,
    signal: AbortSignal | undefined,
  ): Promise<SearchResult> {
    const query = { text, isCaseSensitive };
    if (search.in === 'names') return searchNames(git, commitSha, query, maxHits);
    const limited = { ...query, maxHits, userId, signal: withTimeLimit(signal, maxMs) };
    return searchContent({ notebookThreads: this.#threads }, git, commitSha, limited);
  }
}
