/** The address of the page, without its origin. */
export interface Address {
  /** E.g. `/spaces/demo`. */
  path: string;
  query: URLSearchParams;
}
