import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../../../schema/builder.js';
import { maskResult } from './mask-error.js';
import { sharedExecution } from './shared-executions.js';

/**
 * Subscribes as GraphQL's `subscribe` does, but a stream whose source fails ends with a last result that contains the
 * error. So every transport can report to the client why the stream ended. Errors are masked.
 * @param left aborts when the client leaves, possibly before the stream is open; the source is then returned
 */
export async function subscribeToEnd(
  args: ExecutionArgs,
  log: Logger,
  left?: AbortSignal,
): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  const { requestId } = (args.contextValue as Context).ctx;
  const mask = (result: ExecutionResult) => maskResult(result, log, requestId);
  const events = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in events)) return mask(events);
  const executeFor = sharedExecution(args);
  const stream = new ResultStream(
    events[Symbol.asyncIterator](),
    async (event) => mask(await executeFor(event)),
    mask,
  );
  const leave = () => {
    stream.return().catch(() => {});
  };
  if (left?.aborted) leave();
  else left?.addEventListener('abort', leave, { once: true });
  return stream;
}

/** The masked results of a source of events; an error of the source becomes the last result. */
class ResultStream implements AsyncIterableIterator<ExecutionResult> {
  readonly #source: AsyncIterator<unknown>;
  readonly #execute: (event: unknown) => Promise<ExecutionResult>;
  readonly #mask: (result: ExecutionResult) => ExecutionResult;
  #ended = false;

  constructor(
    source: AsyncIterator<unknown>,
    executeFor: (event: unknown) => Promise<ExecutionResult>,
    mask: (result: ExecutionResult) => ExecutionResult,
  ) {
    this.#source = source;
    this.#execute = executeFor;
    this.#mask = mask;
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (this.#ended) return { done: true, value: undefined };
    try {
      const { done, value } = await this.#source.next();
      return done ? { done: true, value: undefined } : { done: false, value: await this.#execute(value) };
    } catch (error) {
      this.#ended = true;
      return { done: false, value: this.#mask({ errors: [asGraphQLError(error)] }) };
    }
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.#ended = true;
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<never> {
    this.#ended = true;
    await this.#source.return?.();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}
