/** A page of a list that is read by cursors. */
export interface CursorPage<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** The pages that were loaded after a first page. */
export interface LaterPages<Node> {
  /** The first page, by its object: another one has other pages after it. */
  first: CursorPage<Node> | undefined;
  nodes: Node[];
  /** Where the next page begins; null where there is none. */
  end: string | null;
}

/** The pages that follow a first page: those that were loaded after it, else none. */
export function pagesAfter<Node>(
  first: CursorPage<Node> | undefined,
  loaded: LaterPages<Node> | undefined,
): LaterPages<Node> {
  return loaded && loaded.first === first ? loaded : { first, nodes: [], end: first ? endOf(first) : null };
}

/**
 * What was loaded, with one more page. A page that does not begin where the last one ended is left out, e.g. a second answer.
 */
export function withLaterPage<Node>(
  before: LaterPages<Node>,
  page: CursorPage<Node>,
  begin: string,
): LaterPages<Node> {
  if (before.end !== begin) return before;
  return { ...before, nodes: [...before.nodes, ...page.nodes], end: endOf(page) };
}

const endOf = ({ pageInfo }: CursorPage<unknown>) => (pageInfo.hasNextPage ? pageInfo.endCursor : null);
