import type { GraphQLResolveInfo } from 'graphql';
import { DomainError } from '../src/errors.js';

/** How many bytes the values of one answer may have beside any one of them. */
export const maxAnswerBytes = 64 * 1024 * 1024;

/** How long the answer of one operation, or of one event of a subscription, is until now. */
export class AnswerSize {
  #bytes = 0;
  #max = 0;
  #refusal: DomainError | undefined;

  /** @throws DomainError `payload_too_large` when the answer is too long already */
  check(): void {
    if (this.#refusal) throw this.#refusal;
  }

  /** Adds one value. @throws DomainError `payload_too_large` when the answer gets too long */
  addValue(bytes: number): void {
    this.#bytes += bytes;
    if (bytes > this.#max) this.#max = bytes;
    this.#checkBytes();
  }

  /** Adds the names of the fields of a list's rows. @throws DomainError `payload_too_large` when the answer gets too long */
  addNames(bytes: number): void {
    this.#bytes += bytes;
    this.#checkBytes();
  }

  #checkBytes(): void {
    if (this.#bytes - this.#max > maxAnswerBytes) throw this.refuse();
  }

  /** Refuses what comes later too. @returns the error, one for the whole answer: it may be thrown for many fields */
  refuse(): DomainError {
    this.#refusal ??= new DomainError(
      'payload_too_large',
      'The values of one answer may have at most 64 MiB together; ask for fewer at a time.',
    );
    return this.#refusal;
  }
}

const sizes = new WeakMap<object, AnswerSize>();

/** The size of the answer that a resolver works for. */
export function answerSizeOf({ variableValues }: Pick<GraphQLResolveInfo, 'variableValues'>): AnswerSize {
  // Each execution, also of an event, makes an object of its own for its variables.
  let size = sizes.get(variableValues);
  if (!size) {
    size = new AnswerSize();
    sizes.set(variableValues, size);
  }
  return size;
}
