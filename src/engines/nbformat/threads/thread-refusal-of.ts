import { DomainError, FieldError } from '../../../errors.js';
import { UnreadableNotebookError } from '../unreadable-notebook-error.js';
import type { ThreadRefusal } from './thread-task.js';

/** A `DomainError` as it crosses threads. @throws what is no `DomainError` */
export function threadRefusalOf(error: unknown): ThreadRefusal {
  if (!(error instanceof DomainError)) throw error;
  const { code, message } = error;
  return {
    code,
    message,
    faults: error instanceof FieldError ? [...error.faults] : null,
    why: error instanceof UnreadableNotebookError ? error.why : null,
  };
}
