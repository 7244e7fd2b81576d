import { isDeepStrictEqual } from 'node:util';
import type { Cell, CodeCell, Output } from '../notebook.js';

/** A part of a cell that can change by itself. */
export type CellPart =
  | 'id'
  | 'cell_type'
  | 'source'
  | 'metadata'
  | 'attachments'
  | 'outputs'
  | 'execution_count';

/** The parts in which two cells differ. The execution count in an output belongs to that of its cell. */
export function changedParts(base: Cell, head: Cell): CellPart[] {
  const [before, after] = [runOf(base), runOf(head)];
  const differs: Record<CellPart, boolean> = {
    id: base.id !== head.id,
    cell_type: base.cell_type !== head.cell_type,
    source: base.source !== head.source,
    metadata: !isDeepStrictEqual(base.metadata, head.metadata),
    attachments: !isDeepStrictEqual(attachmentsOf(base), attachmentsOf(head)),
    outputs: !areSameOutputs(before.outputs, after.outputs),
    execution_count: !isDeepStrictEqual(countsOf(before), countsOf(after)),
  };
  return (Object.keys(differs) as CellPart[]).filter((part) => differs[part]);
}

/** The outputs of a cell and its execution count; none for a cell of text. */
export function runOf(cell: Cell): Pick<CodeCell, 'outputs' | 'execution_count'> {
  return cell.cell_type === 'code' ? cell : { outputs: [], execution_count: null };
}

/** The attachments of a cell; an empty object where it has none. */
export function attachmentsOf(cell: Cell) {
  return cell.cell_type === 'code' ? {} : (cell.attachments ?? {});
}

/** Whether two lists of outputs differ in nothing but execution counts. */
export function areSameOutputs(one: readonly Output[], two: readonly Output[]): boolean {
  return (
    one.length === two.length &&
    one.every((output, index) => isDeepStrictEqual(uncounted(output), uncounted(two[index]!)))
  );
}

function uncounted(output: Output): object {
  return 'execution_count' in output ? { ...output, execution_count: null } : output;
}

function countsOf({ outputs, execution_count }: Pick<CodeCell, 'outputs' | 'execution_count'>) {
  return [
    execution_count,
    ...outputs.flatMap((one) => ('execution_count' in one ? [one.execution_count] : [])),
  ];
}
