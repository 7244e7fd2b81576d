/** One page of a list: it starts after a cursor from {@link Listing.cursorOf}, or after `skip` rows. */
export interface ListQuery {
  /** The maximum number of rows. */
  take: number;
  skip: number;
  /** A cursor; used instead of `skip`. */
  after?: string;
}

/** A list that clients read by pages. The rows are counted only on demand. */
export interface Listing<T> {
  /** The rows of one page. @throws DomainError `invalid_request` naming `after` when it is no cursor of this list */
  find(query: ListQuery): Promise<T[]>;
  /** The number of all rows. */
  count(): Promise<number>;
  /** The position of a row in the list; it stays valid when the row is no longer in the list. Opaque to clients. */
  cursorOf(row: T): string;
}
