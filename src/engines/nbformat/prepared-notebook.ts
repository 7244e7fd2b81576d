import type { DomainError } from '../../errors.js';
import type { JsonText } from './json-text.js';

/** The bytes of a notebook to store, and the JSON that a read of them answers. */
export interface NotebookBytes {
  bytes: Uint8Array;
  answer: JsonText;
}

/** A client's notebook that a thread has validated and encoded. The parsed body has it instead of the notebook's JSON. */
export class PreparedNotebook {
  readonly #result: NotebookBytes | DomainError;

  constructor(result: NotebookBytes | DomainError) {
    this.#result = result;
  }

  /** The encoded notebook. @throws DomainError `invalid_notebook` */
  encoded(): NotebookBytes {
    if (this.#result instanceof Error) throw this.#result;
    return this.#result;
  }
}
