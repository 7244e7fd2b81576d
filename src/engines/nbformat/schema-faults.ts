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

function faultsOf(part: PartValidator, value: unknown, path: NotebookFault['path']): NotebookFault[] {
  if (part.quick(value)) return [];
  const validate = countValues(value) <= maxValuesSearched ? part.thorough() : part.quick;
  validate(value);
  return (validate.errors ?? []).map((error) => toNotebookFault(error, value, path));
}

/** Counts the values inside a value; stops soon after the limit. */
function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    count += countValues(member);
    if (count > maxValuesSearched) break;
  }
  return count;
}
