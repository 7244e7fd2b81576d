import { type ApiFault, isTemporary } from '../api/api-error.js';
import { PacedLoad } from '../space/paced-load.js';
import { type CursorPage, type LaterPages, pagesAfter, withLaterPage } from '../workspace/later-pages.js';

/** A page of a list, and how many rows the whole list has. */
export interface CountedPage<Row> extends CursorPage<Row> {
  totalCount: number;
}

/** What is known of a list. */
export interface ListState<Row> {
  /** Undefined before the first answer, and where the list is refused. */
  rows: Row[] | undefined;
  /** How many rows the whole list has; undefined as `rows` is. */
  total: number | undefined;
  /** Whether rows follow after those that are loaded. */
  hasMore: boolean;
  /** Why the last answer failed. */
  fault: ApiFault | null;
}

/** Reads the page that begins after a cursor; null for the first one. The signal says that nobody needs it any more. */
export type ReadPage<Row> = (
  after: string | null,
  signal: AbortSignal,
) => Promise<CountedPage<Row> | ApiFault>;

/**
 * The first pages of a list, as many as were asked for. When the list has changed, all of them are read again, so that what
 * was shown stays in sight. One page is read at a time.
 */
export class PagedList<Row> {
  readonly #read: ReadPage<Row>;
  readonly #listeners = new Set<() => void>();
  #paced: PacedLoad | undefined;
  #left = new AbortController();
  #running: Promise<boolean> | undefined;
  #state: ListState<Row> = { rows: undefined, total: undefined, hasMore: false, fault: null };
  #loaded: LaterPages<Row> | undefined;
  #loadedPages = 0;
  #wantedPages = 1;
  /** Whether the list may have changed since its first page was read. */
  #isStale = false;

  constructor(read: ReadPage<Row>) {
    this.#read = read;
  }

  /** Begins to load. @returns a function that ends it */
  open(): () => void {
    const paced = new PacedLoad(() => this.#load(true));
    const left = new AbortController();
    this.#paced = paced;
    this.#left = left;
    paced.soon();
    return () => {
      paced.close();
      left.abort();
    };
  }

  /** Calls `listener` after each change of the state. @returns a function that ends it */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The state, the same object until it changes. */
  readonly getState = (): ListState<Row> => this.#state;

  /** Reads the list again after a change of others, at most every two seconds. */
  readonly soon = (): void => this.#paced?.soon();

  /** Reads the list again now, after a change of the user. */
  readonly reload = (): void => void this.#loadOrRetry(true);

  /** Reads one page more. */
  readonly more = (): void => {
    this.#wantedPages = this.#loadedPages + 1;
    void this.#loadOrRetry(false);
  };

  async #loadOrRetry(isStale: boolean): Promise<void> {
    if (!(await this.#load(isStale))) this.soon();
  }

  /** @returns whether the gateway answered */
  #load(isStale: boolean): Promise<boolean> {
    this.#isStale ||= isStale;
    this.#running ??= this.#readAll().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #readAll(): Promise<boolean> {
    while (this.#isStale || this.#lacks(this.#loaded, this.#loadedPages)) {
      const isAnswered = await this.#readMissing();
      if (!isAnswered || this.#paced?.isClosed) return isAnswered;
    }
    return true;
  }

  /** Reads from the first page on where the list is stale, else from the end of what is loaded. */
  async #readMissing(): Promise<boolean> {
    let loaded = this.#isStale ? undefined : this.#loaded;
    let total = this.#isStale ? undefined : this.#state.total;
    let count = this.#isStale ? 0 : this.#loadedPages;
    this.#isStale = false;
    do {
      const begin = loaded?.end ?? null;
      const { signal } = this.#left;
      const page = await this.#read(begin, signal);
      if (signal.aborted) return true;
      if (!('nodes' in page)) return this.#fail(page);
      loaded = loaded && begin !== null ? withLaterPage(loaded, page, begin) : pagesAfter(page, undefined);
      total ??= page.totalCount;
      count += 1;
    } while (this.#lacks(loaded, count));
    this.#loaded = loaded;
    this.#loadedPages = count;
    const rows = [...(loaded.first?.nodes ?? []), ...loaded.nodes];
    this.#set({ rows, total, hasMore: loaded.end !== null, fault: null });
    return true;
  }

  #lacks(loaded: LaterPages<Row> | undefined, pages: number): boolean {
    return loaded !== undefined && loaded.end !== null && pages < this.#wantedPages;
  }

  /** What was loaded stays beside a fault that passes. */
  #fail(fault: ApiFault): boolean {
    const isAnswered = !isTemporary(fault);
    const kept = isAnswered ? { rows: undefined, total: undefined, hasMore: false } : this.#state;
    this.#set({ ...kept, fault });
    return isAnswered;
  }

  #set(state: ListState<Row>): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
