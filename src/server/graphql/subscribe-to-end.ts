import { type ExecutionArgs, type ExecutionResult, GraphQLError, subscribe } from 'graphql';
import type { Logger } from 'pino';
import type { RequestContext } from '../../context.js';
import { maskResult } from './mask-error.js';

/**
 * GraphQL's `subscribe`, but a stream whose source fails ends with one result that has the error, so that every
 * transport tells the client why. Errors are masked.
 * @param left aborts when the client leaves, maybe before the stream is open: the source is returned then
 */
export async function subscribeToEnd(
  args: ExecutionArgs,
  log: Logger,
  left?: AbortSignal,
): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  const { requestId } = args.contextValue as RequestContext;
  const masked = (result: ExecutionResult) => maskResult(result, log, requestId);
  const results = await subscribe(args);
  if (!(Symbol.asyncIterator in results)) return masked(results);
  const source = results[Symbol.asyncIterator]();
  let ended = false;
  const told: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      if (ended) return { done: true, value: undefined };
      try {
        const { done, value } = await source.next();
        return done ? { done: true, value: undefined } : { done: false, value: masked(value) };
      } catch (error) {
        ended = true;
        return { done: false, value: masked({ errors: [asGraphQLError(error)] }) };
      }
    },
    async return() {
      ended = true;
      await source.return?.();
      return { done: true, value: undefined };
    },
    async throw(error) {
      ended = true;
      await source.return?.();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return told;
    },
  };
  const leave = () => {
    told.return!().catch(() => {});
  };
  if (left?.aborted) leave();
  else left?.addEventListener('abort', leave, { once: true });
  return told;
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
