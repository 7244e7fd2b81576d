import { type ExecutionArgs, type ExecutionResult, GraphQLError, subscribe } from 'graphql';

/**
 * GraphQL's `subscribe`, but a stream whose source fails ends with one result that has the error, so that every
 * transport tells the client why. The error is not masked yet.
 * @param left aborts when the client leaves, maybe before the stream is open: the source is returned then
 */
export async function subscribeToEnd(
  args: ExecutionArgs,
  left?: AbortSignal,
): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  const results = await subscribe(args);
  if (!(Symbol.asyncIterator in results)) return results;
  const source = results[Symbol.asyncIterator]();
  let ended = false;
  const told: AsyncIterableIterator<ExecutionResult> = {
    async next() {
      if (ended) return { done: true, value: undefined };
      try {
        return await source.next();
      } catch (error) {
        ended = true;
        return { done: false, value: { errors: [asGraphQLError(error)] } };
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
