import { DomainError } from '../../errors.js';

/** `unreadable_file`: bytes that are no notebook. */
export class UnreadableNotebookError extends DomainError {
  /** The rest of a sentence that begins with the name of the file, e.g. `is an empty file`. */
  readonly why: string;

  constructor(why: string, cause?: unknown) {
    super('unreadable_file', `This file ${why}. Its bytes can still be read: raw, or with git.`, { cause });
    this.why = why;
  }
}
