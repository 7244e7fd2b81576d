import type { FieldFault } from '../../../errors.js';
import type { CellDigest } from '../blame/cell-digests.js';
import type { CellQuery, NotebookDifference } from '../compare/compare-notebooks.js';
import type { LineDifference } from '../compare/line-hunks.js';
import type { ExportedNotebook, ExportFormat } from '../export/export-notebook.js';
import type { MergedBytes } from '../merge/merge-files.js';
import type { PreparedRun, RunSelection } from '../prepare-run.js';
import type { FileMatches } from '../search/search-file.js';
import type { TextQuery } from '../search/text-query.js';

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
  /** The bytes of a stored file, in which a text is looked for. */
  | { kind: 'search'; bytes: Uint8Array; isNotebook: boolean; query: TextQuery }
  /** The bytes of a stored notebook that is exported. */
  | { kind: 'export'; bytes: Uint8Array; format: ExportFormat; title: string }
  /** The bytes of a stored notebook whose cells are compared with those of another version. */
  | { kind: 'digests'; bytes: Uint8Array }
  /** The bytes of two stored notebooks that are compared. */
  | { kind: 'compare'; bytes: Uint8Array; head: Uint8Array; query: CellQuery }
  /** The bytes of two texts in UTF-8 that are compared. */
  | { kind: 'lines'; bytes: Uint8Array; head: Uint8Array }
  /** The bytes of three notebooks, or of three texts in UTF-8; `bytes` are ours. */
  | { kind: 'mergeFiles'; bytes: Uint8Array; base: Uint8Array; theirs: Uint8Array; isNotebook: boolean }
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
  | { kind: 'export'; exported: ExportedNotebook }
  | { kind: 'digests'; digests: CellDigest[] | null }
  /** Null where the file is neither text nor a notebook. */
  | { kind: 'search'; found: FileMatches | null }
  | { kind: 'compare'; difference: NotebookDifference<Uint8Array<ArrayBuffer>> }
  | { kind: 'lines'; difference: LineDifference }
  | { kind: 'mergeFiles'; merged: MergedBytes }
  /**
   * `outer` is the JSON of the body, in which strings that begin with the mark stand for its parts: `n` and the index of a
   * notebook, `t` and the index of a text; anything else for NaN.
   */
  | ({ kind: 'body'; outer: string } & BodyParts);
