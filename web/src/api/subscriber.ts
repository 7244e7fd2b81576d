import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { ApiFault } from './api-error.js';

/** What follows a subscription. */
export interface Subscriber<Data, Variables> {
  /** Called for each event, in order. */
  onData(data: Data): void;
  /** The variables that change so that a new stream begins after this event; without it, a new stream begins from now on. */
  resume?(data: Data): Partial<Variables>;
  /** Whether the stream is complete with this event; default: never. */
  isLast?(data: Data): boolean;
  /**
   * Called before a new stream begins after one that ended early. Without `resume`, load what you show again.
   * @returns `false` to end the subscription, anything else to go on
   */
  onResume?(): unknown;
  /** Called for what no further try can mend, e.g. `not_found`; nothing comes after it. */
  onFault?(fault: ApiFault): void;
}

/**
 * Follows a subscription until the returned function is called, also through restarts of the gateway.
 * @example
 * subscribe(ExecutionEventsDocument, { executionId, after: 0 }, {
 *   onData: ({ executionEvents }) => show(executionEvents),
 *   resume: ({ executionEvents }) => ({ after: executionEvents.sequence }),
 *   isLast: ({ executionEvents }) => executionEvents.type === 'final_response',
 * });
 */
export type Subscribe = <Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: NoInfer<Variables>,
  subscriber: Subscriber<Data, NoInfer<Variables>>,
) => () => void;
