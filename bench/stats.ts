/** The median of some numbers. */
export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** The number below which a part of some numbers is, e.g. 0.99 of them. */
export function quantile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}

/** One measurement, compared with a baseline. */
export interface Row {
  what: string;
  /** The unit of both values; default ms. */
  unit?: string;
  ours: number;
  baseline: string;
  theirs: number;
  /** The maximum ratio of `ours` to `theirs`; absent when there is no goal. */
  goal?: number;
}

/** Prints rows as a table with their ratios. */
export function printTable(title: string, rows: Row[]): void {
  console.log(`\n${title}\n`);
  console.log('| what | ours, p50 | baseline | baseline, p50 | ratio | goal |');
  console.log('|---|---|---|---|---|---|');
  for (const { what, ours, baseline, theirs, goal, unit = 'ms' } of rows) {
    const ratio = ours / theirs;
    const mark = goal === undefined ? 'reported' : `≤ ${goal} ${ratio <= goal ? 'reached' : 'MISSED'}`;
    console.log(
      `| ${what} | ${ours.toFixed(2)} ${unit} | ${baseline} | ${theirs.toFixed(2)} ${unit} | ${ratio.toFixed(3)} | ${mark} |`,
    );
  }
}
