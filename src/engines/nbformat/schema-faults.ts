import { faultOfError } from './to-notebook-fault.js';
import { isJsonObject } from './json-object.js';
import type { NotebookFault } from './notebook-fault.js';
import { type PartValidator, validatorsOf } from './validators.js';

/** All faults of a part are looked for only if it has at most so many values: a hostile one could have millions. */
const mostValuesSearched = 10_000;

/**
 * Where a notebook differs from the schema of its minor version (0 to 5), in the order of the notebook. Each cell and
 * each output is validated on its own, so that one broken cell does not hide the faults of the next.
 * @param notebook with plain numbers only
 */
export function* schemaFaults(notebook: Record<string, unknown>, minor: number): Generator<NotebookFault> {
  const validators = validatorsOf(minor);
  yield* faultsOf(validators.notebook, notebook, []);
  if (!Array.isArray(notebook.cells)) return;
  for (const [index, cell] of notebook.cells.entries()) {
    yield* faultsOf(validators.cell, cell, ['cells', index]);
    if (!isJsonObject(cell) || cell.cell_type !== 'code' || !Array.isArray(cell.outputs)) continue;
    for (const [place, output] of cell.outputs.entries()) {
      yield* faultsOf(validators.output, output, ['cells', index, 'outputs', place]);
    }
  }
}

function faultsOf(part: PartValidator, value: unknown, path: NotebookFault['path']): NotebookFault[] {
  if (part.quick(value)) return [];
  const validate = countValues(value) <= mostValuesSearched ? part.thorough() : part.quick;
  validate(value);
  return (validate.errors ?? []).map((error) => faultOfError(error, value, path));
}

/** Counts the values within a value, and stops a little beyond the limit. */
function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    count += countValues(member);
    if (count > mostValuesSearched) break;
  }
  return count;
}
