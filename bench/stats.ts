/** The median of some figures. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** One measurement with its baseline. */
export interface Row {
  what: string;
  /** Default ms. */
  unit?: string;
  ours: number;
  baseline: string;
  theirs: number;
  /** The ratio to reach; absent: reported only. */
  goal?: number;
}

/** Prints rows as a table with their ratios. */
export function printTable(title: string, rows: Row[]): void {
  console.log(`\n${title}\n`);
  console.log('| measurement | gateway, p50 | baseline | baseline, p50 | ratio | goal |');
  console.log('|---|---|---|---|---|---|');
  for (const { what, ours, baseline, theirs, goal, unit = 'ms' } of rows) {
    const ratio = ours / theirs;
    const mark = goal === undefined ? 'reported' : `≤ ${goal} ${ratio <= goal ? 'reached' : 'MISSED'}`;
    console.log(
      `| ${what} | ${ours.toFixed(2)} ${unit} | ${baseline} | ${theirs.toFixed(2)} ${unit} | ${ratio.toFixed(3)} | ${mark} |`,
    );
  }
}
