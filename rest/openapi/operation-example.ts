/** A request and its answer, as the gateway with the demo data answers it. A test sends every one of them. */
export interface OperationExample {
  /** The parameters of the path, but for the space, which is `demo`. */
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  /** The status of the answer. */
  status: number;
  /** The body of the answer: JSON, or the text of an event stream; absent where there is none. */
  answer?: unknown;
}
