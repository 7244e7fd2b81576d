import type { FieldFault } from '../../../errors.js';
import type { PreparedRun, RunSelection } from '../prepare-run.js';

/** What a thread is asked. */
export type ThreadTask =
  /** The bytes of a stored notebook, to be read. */
  | { kind: 'read'; bytes: Uint8Array }
  /** The bytes of a stored notebook, of whose sources the hashes are wanted. */
  | { kind: 'hashes'; bytes: Uint8Array }
  /** The bytes of a stored notebook, and what is merged into it: the JSON of a `NotebookMerge`. */
  | { kind: 'merge'; bytes: Uint8Array; merge: string }
  /** The bytes of a stored notebook that is to be run. */
  | { kind: 'prepare'; bytes: Uint8Array; selection: RunSelection }
  /** The JSON of a request's body; `mark` begins the strings that stand for its notebooks in the answer. */
  | { kind: 'body'; bytes: Uint8Array; mark: string };

/** A `DomainError` as it crosses threads. */
export interface ThreadRefusal {
  code: string;
  message: string;
  faults: FieldFault[] | null;
  /** As `UnreadableNotebookError` has it; null for other errors. */
  why: string | null;
}

/** A notebook of a client: the bytes to store and the answer, or why it is refused. */
export type PreparedParts =
  | { bytes: Uint8Array<ArrayBuffer>; answer: Uint8Array<ArrayBuffer> }
  | { refusal: ThreadRefusal };

/** The large parts of a body. */
export interface BodyParts {
  notebooks: PreparedParts[];
  /** The long texts outside of notebooks. */
  texts: string[];
}

/** What a thread answers. */
export type ThreadAnswer =
  | { kind: 'refused'; refusal: ThreadRefusal }
  | { kind: 'read'; answer: Uint8Array<ArrayBuffer> }
  | { kind: 'hashes'; hashes: Map<string, string> }
  | { kind: 'merge'; merged: Uint8Array }
  | { kind: 'prepare'; prepared: PreparedRun }
  /**
   * `outer` is the JSON of the body, in which strings that begin with the mark stand for its parts: `n` and the index of a
   * notebook, `t` and the index of a text; anything else for NaN.
   */
  | ({ kind: 'body'; outer: string } & BodyParts);
