/** One fault of a notebook; `path` is the path to it from the notebook's root. */
export interface NotebookFault {
  path: (string | number)[];
  /** What is wrong, as the rest of a sentence that begins with the path. */
  msg: string;
  /** A stable word; for faults from the schema as a rule its keyword. */
  type: string;
}
