/** What is wrong at one place of a notebook; `path` is the way to it from the notebook's root. */
export interface NotebookFault {
  path: (string | number)[];
  msg: string;
  /** A stable word; for faults found by the schema, its keyword. */
  type: string;
}
