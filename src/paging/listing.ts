/** Which page of a list: after a cursor of {@link Listing.cursorOf}, or so many rows in. */
export interface ListQuery {
  take: number;
  skip: number;
  /** In place of `skip`. */
  after?: string;
}

/** A list that is read by pages and counted on demand. */
export interface Listing<T> {
  /** @throws DomainError `invalid_request` naming `after` when it is no cursor of this list */
  find(query: ListQuery): Promise<T[]>;
  count(): Promise<number>;
  /** Stands for the place of a row in the order of the list, also when the row has left it; opaque to clients. */
  cursorOf(row: T): string;
}
