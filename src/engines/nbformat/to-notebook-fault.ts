import type { ErrorObject } from 'ajv';
import type { NotebookFault } from './notebook-fault.js';

/**
 * Describes an error of the validator in plain words.
 * @param value the validated part of a notebook, and `path` its path in the notebook
 */
export function toNotebookFault(
  error: ErrorObject,
  value: unknown,
  path: NotebookFault['path'],
): NotebookFault {
  const at = [...path, ...pathOf(error.instancePath, value)];
  const { params } = error;
  switch (error.keyword) {
    case 'required':
      return missing([...at, params.missingProperty]);
    case 'additionalProperties':
      return {
        path: [...at, params.additionalProperty],
        msg: 'is not known here',
        type: 'unknown_field',
      };
    case 'discriminator':
      if (params.tagValue === undefined) return missing([...at, params.tag]);
      return {
        path: [...at, params.tag],
        msg: 'is not one of the values that nbformat 4 defines',
        type: 'unknown_type',
      };
    case 'type':
      return { path: at, msg: `must be ${[params.type].flat().join(' or ')}`, type: 'type' };
    default:
      return { path: at, msg: error.message ?? 'is invalid', type: error.keyword };
  }
}

function missing(path: NotebookFault['path']): NotebookFault {
  return { path, msg: 'is required', type: 'missing' };
}

/** The names and indexes of a JSON Pointer into a value: https://www.rfc-editor.org/rfc/rfc6901#section-4 */
function pathOf(pointer: string, value: unknown): NotebookFault['path'] {
  let current: unknown = value;
  return pointer
    .split('/')
    .slice(1)
    .map((escaped) => {
      const name = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
      const isIndex = Array.isArray(current);
      current = (current as Record<string, unknown>)[name];
      return isIndex ? Number(name) : name;
    });
}
