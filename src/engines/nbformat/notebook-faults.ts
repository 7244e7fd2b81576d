import { isJsonObject } from './json-object.js';
import { mostFaults } from './limits.js';
import type { NotebookFault } from './notebook-fault.js';
import { withPlainNumbers } from './to-validator-input.js';
import { schemaFaults } from './schema-faults.js';

/** The minor versions of nbformat 4 that are read and written: 0 to this one. */
const newestMinor = 5;

/**
 * What keeps a value from being a notebook of nbformat 4.0 to 4.5, in its stored or its joined form. Missing cell ids
 * are no faults: they can be added.
 * @param value nests no deeper than `mostNesting`
 * @returns at most {@link mostFaults}; none for what Python's `nbformat.validate` accepts
 */
export function notebookFaults(value: unknown): NotebookFault[] {
  if (!isJsonObject(value)) return [{ path: [], msg: 'must be object', type: 'type' }];
  const { nbformat, nbformat_minor: minor } = value;
  if (nbformat !== 4) return [unsupported('nbformat', 'must be 4')];
  if (!(Number.isInteger(minor) && Number(minor) >= 0 && Number(minor) <= newestMinor)) {
    return [unsupported('nbformat_minor', `must be an integer from 0 to ${newestMinor}`)];
  }
  const faults: NotebookFault[] = [];
  const plain = withPlainNumbers(value) as Record<string, unknown>;
  for (const fault of schemaFaults(plain, Number(minor))) {
    faults.push(fault);
    if (faults.length === mostFaults) break;
  }
  return faults;
}

function unsupported(field: string, msg: string): NotebookFault {
  return { path: [field], msg, type: 'unsupported_version' };
}
