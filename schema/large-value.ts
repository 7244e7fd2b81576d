import type { GraphQLResolveInfo } from 'graphql';
import { answerSizeOf, maxAnswerBytes } from './answer-size.js';

/** The large values that were read for one answer. */
interface Reads {
  bytes: number;
  /** Ends when the last of them has been read. */
  last: Promise<unknown>;
}

const reads = new WeakMap<object, Reads>();

/**
 * Reads a value that may be large, e.g. the content of a file or the outputs of a run. Those of one answer are read
 * one after another, and together they have at most 64 MiB, so that aliases do not multiply the memory that a request
 * takes. One alone may have more. What the fields of the value answer counts by itself, see `countAnswers`.
 * @param read returns the value with its `size` in bytes
 * @throws DomainError `payload_too_large`, and what `read` throws
 */
export function largeValue<T extends { size: number }>(
  info: Pick<GraphQLResolveInfo, 'variableValues'>,
  read: () => Promise<T>,
): Promise<T> {
  const size = answerSizeOf(info);
  let answer = reads.get(size);
  if (!answer) {
    answer = { bytes: 0, last: Promise.resolve() };
    reads.set(size, answer);
  }
  const value = answer.last.then(async () => {
    size.check();
    if (answer.bytes > maxAnswerBytes) throw size.refuse();
    const found = await read();
    if (answer.bytes > 0 && answer.bytes + found.size > maxAnswerBytes) throw size.refuse();
    answer.bytes += found.size;
    return found;
  });
  answer.last = value.catch(() => {});
  return value;
}
