import { type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import type { Context } from '../../../schema/builder.js';
import { SharedResults } from '../../engines/events/shared-results.js';
import { callerKey } from '../../subscriptions/deliveries.js';

/** The results of all streams of this process. An event that only one stream gets is executed for that one. */
const results = new SharedResults();

/**
 * Makes the function that executes a subscription's operation for an event. Streams of one caller with the same operation
 * and variables that get the same event object share one execution and its result.
 */
export function sharedExecution(args: ExecutionArgs): (event: unknown) => Promise<ExecutionResult> {
  const key = operationKey(args);
  return async (event) => {
    const work = async () => execute({ ...args, rootValue: event });
    return key === null || typeof event !== 'object' || event === null
      ? work()
      : results.get(event, key, work);
  };
}

/** Null for a document whose text is not known. */
function operationKey({
  document,
  operationName,
  variableValues,
  contextValue,
}: ExecutionArgs): string | null {
  const text = document.loc?.source.body;
  if (text === undefined) return null;
  return JSON.stringify([callerKey((contextValue as Context).ctx), text, operationName, variableValues]);
}
