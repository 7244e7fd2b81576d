/** A page of a list as Prisma asks for it. */
export interface ListQuery {
  take: number;
  skip: number;
  cursor?: { id: string };
}

/** A list that is read by pages and counted on demand. */
export interface Listing<T> {
  find(query: ListQuery): Promise<T[]>;
  count(): Promise<number>;
}
