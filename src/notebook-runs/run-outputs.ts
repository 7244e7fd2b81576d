import type { Execution } from '../../prisma/generated/client/client.js';
import type { CellOutputs } from '../engines/nbformat/merge-outputs.js';
import type { ExecutionEvent, OutputsReset } from '../executions/execution-event.js';
import type { ExecutionLog } from '../executions/execution-log.js';
import type { NotebookOutput } from '../executions/notebook-output.js';
import { OutputCollector } from '../executions/output-collector.js';

/** A cell whose execution has begun. */
export interface RanCell {
  cellIndex: number;
  source: string;
  execution: Pick<Execution, 'id' | 'executionCount'>;
}

/** The outputs of a cell of a run. */
export interface RunCellOutputs extends CellOutputs {
  cell: number;
  /** Whether they are not whole: cut, or lost before the log had them. */
  isTruncated: boolean;
}

const pageSize = 500;
/** In characters of JSON. */
const maxOutputs = 50_000_000;
const maxCellOutputs = 20_000_000;
const minCellOutputs = 100_000;

/**
 * Builds the outputs of the cells of a run from their logs, in the order of the cells, as nbclient does: a display with the id of
 * an earlier one, also of an earlier cell, updates that one too. Together they have about 50 million characters of JSON at most;
 * then each further cell keeps a tenth of a million.
 */
export async function runOutputs(
  { executionLog }: { executionLog: ExecutionLog },
  cells: readonly RanCell[],
): Promise<RunCellOutputs[]> {
  const collected: CollectedCell[] = [];
  let left = maxOutputs;
  for (const { cellIndex, source, execution } of cells) {
    const cell = new CollectedCell(Math.min(maxCellOutputs, Math.max(minCellOutputs, left)));
    await cell.read(executionLog, execution.id, collected);
    left -= cell.size;
    collected.push(cell);
    cell.of = { cell: cellIndex, source, executionCount: execution.executionCount };
  }
  return collected.map((cell) => ({
    ...cell.of!,
    outputs: cell.outputs,
    isTruncated: cell.isTruncated,
  }));
}

/** The outputs of one cell, until now. */
class CollectedCell {
  of: Omit<RunCellOutputs, 'outputs' | 'isTruncated'> | undefined;
  readonly #collector: OutputCollector;
  /** What stands for a log that was pruned. */
  #known: OutputsReset | undefined;

  constructor(limit: number) {
    this.#collector = new OutputCollector(limit);
  }

  get outputs(): NotebookOutput[] {
    return (this.#known ?? this.#collector).outputs;
  }

  get isTruncated(): boolean {
    return this.#known?.truncated ?? this.#collector.isTruncated;
  }

  /** In characters of JSON, about. */
  get size(): number {
    return this.outputs.reduce((sum, output) => sum + JSON.stringify(output).length, 0);
  }

  async read(log: ExecutionLog, executionId: string, earlier: readonly CollectedCell[]): Promise<void> {
    for (let after = 0; ; ) {
      const entries = await log.read(executionId, after, pageSize);
      for (const { event } of entries) this.#add(event, earlier);
      if (entries.length === 0) return;
      after = entries.at(-1)!.sequence;
    }
  }

  #add(event: ExecutionEvent, earlier: readonly CollectedCell[]): void {
    switch (event.type) {
      case 'reset':
        this.#known = event;
        break;
      case 'display_data':
      case 'execute_result':
      case 'update_display_data': {
        const { data, metadata, transient } = event;
        for (const cell of earlier)
          cell.#collector.add({ type: 'update_display_data', data, metadata, transient });
        this.#collector.add(event);
        break;
      }
      case 'stream':
      case 'error':
      case 'clear_output':
      case 'output_lost':
        this.#collector.add(event);
    }
  }
}
