import type { GraphQLResolveInfo } from 'graphql';
import { DomainError } from '../src/errors.js';
import type { Context } from './builder.js';

const maxBytes = 64 * 1024 * 1024;

/** The large values that one answer has so far. */
interface Answer {
  bytes: number;
  /** Ends when the last of them has been read. */
  last: Promise<unknown>;
}

/** By request, then by event of a subscription; for an answer without events, by the request again. */
const answers = new WeakMap<object, WeakMap<object, Answer>>();

/**
 * Reads a value that may be large, e.g. the content of a file or the outputs of a run. Those of one answer are read
 * one after another, and together they have at most 64 MiB, so that aliases do not multiply the memory that a request
 * takes. One alone may have more.
 * @param read returns the value with its `size` in bytes
 * @throws DomainError `payload_too_large`, and what `read` throws
 */
export function largeValue<T extends { size: number }>(
  context: Context,
  info: Pick<GraphQLResolveInfo, 'rootValue'>,
  read: () => Promise<T>,
): Promise<T> {
  const answer = answerOf(context, info);
  const value = answer.last.then(async () => {
    if (answer.bytes > maxBytes) throw tooLarge();
    const found = await read();
    if (answer.bytes > 0 && answer.bytes + found.size > maxBytes) {
      answer.bytes = Number.POSITIVE_INFINITY;
      throw tooLarge();
    }
    answer.bytes += found.size;
    return found;
  });
  answer.last = value.catch(() => {});
  return value;
}

function answerOf({ ctx }: Context, { rootValue }: Pick<GraphQLResolveInfo, 'rootValue'>): Answer {
  const key = typeof rootValue === 'object' && rootValue !== null ? rootValue : ctx;
  let ofRequest = answers.get(ctx);
  if (!ofRequest) {
    ofRequest = new WeakMap();
    answers.set(ctx, ofRequest);
  }
  let answer = ofRequest.get(key);
  if (!answer) {
    answer = { bytes: 0, last: Promise.resolve() };
    ofRequest.set(key, answer);
  }
  return answer;
}

function tooLarge(): DomainError {
  return new DomainError(
    'payload_too_large',
    'The files and outputs of one answer may have at most 64 MiB together; read fewer at a time.',
  );
}
