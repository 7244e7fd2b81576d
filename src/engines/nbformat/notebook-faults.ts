import { isJsonObject } from './json-object.js';
import { maxFaults } from './limits.js';
import type { NotebookFault } from './notebook-fault.js';
import { schemaFaults } from './schema-faults.js';
import { toValidatorInput } from './to-validator-input.js';

/** The newest supported minor version of nbformat 4. */
const newestMinor = 5;

/**
 * Validates a notebook of nbformat 4.0 to 4.5, with multi-line fields as lists of lines or joined. Missing cell ids are not
 * faults, because they can be added.
 * @param value a JSON value with at most `maxNesting` levels
 * @returns at most {@link maxFaults} faults; none for a notebook that Python's `nbformat.validate` accepts
 * @see https://nbformat.readthedocs.io/en/latest/api.html#nbformat.validate
 */
export function notebookFaults(value: unknown): NotebookFault[] {
  if (!isJsonObject(value)) return [{ path: [], msg: 'must be a JSON object', type: 'type' }];
  const { nbformat, nbformat_minor: minor } = value;
  if (nbformat !== 4) return [unsupported('nbformat', 'must be 4')];
  if (!(Number.isInteger(minor) && Number(minor) >= 0 && Number(minor) <= newestMinor)) {
    return [unsupported('nbformat_minor', `must be an integer from 0 to ${newestMinor}`)];
  }
  const faults: NotebookFault[] = [];
  const plain = toValidatorInput(value) as Record<string, unknown>;
  for (const fault of schemaFaults(plain, Number(minor))) {
    faults.push(fault);
    if (faults.length === maxFaults) break;
  }
  return faults;
}

function unsupported(field: string, msg: string): NotebookFault {
  return { path: [field], msg, type: 'unsupported_version' };
}
