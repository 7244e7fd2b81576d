import { countValues } from './count-values.js';
import { isJsonObject } from './json-object.js';
import type { NotebookFault } from './notebook-fault.js';
import { toNotebookFault } from './to-notebook-fault.js';
import { type PartValidator, validatorsOf } from './validators.js';

/** Parts with more values are checked only for their first fault, because a hostile part could have millions. */
const maxValuesSearched = 10_000;

/**
 * Yields the differences between a notebook and the schema of its minor version (0 to 5), in the order of the notebook. Each
 * cell and each output is validated separately, so that one broken cell does not hide the faults of the next.
 * @param notebook converted by `toValidatorInput`
 */
export function* schemaFaults(notebook: Record<string, unknown>, minor: number): Generator<NotebookFault> {
  const validators = validatorsOf(minor);
  yield* faultsOf(validators.notebook, notebook, []);
  if (!Array.isArray(notebook.cells)) return;
  for (const [index, cell] of notebook.cells.entries()) {
    yield* faultsOf(validators.cell, cell, ['cells', index]);
    if (!isJsonObject(cell) || cell.cell_type !== 'code' || !Array.isArray(cell.outputs)) continue;
    for (const [position, output] of cell.outputs.entries()) {
      yield* faultsOf(validators.output, output, ['cells', index, 'outputs', position]);
    }
  }
}

/** Whether {@link schemaFaults} finds nothing in cells. @param cells as for {@link schemaFaults} */
export function areValidCells(cells: readonly unknown[], minor: number): boolean {
  const { cell: ofCell, output: ofOutput } = validatorsOf(minor);
  for (const cell of cells) {
    if (!ofCell.quick(cell)) return false;
    const { outputs } = cell as { outputs?: unknown };
    if (Array.isArray(outputs) && !outputs.every((output) => ofOutput.quick(output))) return false;
  }
  return true;
}

function faultsOf(part: PartValidator, value: unknown, path: NotebookFault['path']): NotebookFault[] {
  if (part.quick(value)) return [];
  const validate = countValues(value, maxValuesSearched) <= maxValuesSearched ? part.thorough() : part.quick;
  validate(value);
  return (validate.errors ?? []).map((error) => toNotebookFault(error, value, path));
}
