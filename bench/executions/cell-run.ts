/** A cell that has run: the milliseconds to its first output and to its end, and what it printed. */
export interface CellRun {
  firstMs: number;
  totalMs: number;
  text: string;
}

/** Runs one cell after the other. */
export type CellRunner = (code: string) => Promise<CellRun>;
