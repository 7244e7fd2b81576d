/**
 * The text of a GraphQL operation, with the types of its result and its variables. The texts that GraphQL Code Generator writes
 * with `documentMode: 'string'` fit too.
 */
export interface TypedText<Data, Variables> {
  toString(): string;
  /** Never there: it only has the types. */
  __apiType?: (variables: Variables) => Data;
}
