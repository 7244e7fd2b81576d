import type { ErrorObject } from 'ajv';
import type { NotebookFault } from './notebook-fault.js';

/**
 * Says in our words what a validator found.
 * @param value what was validated, which lies at `path` in its notebook
 */
export function faultOfError(error: ErrorObject, value: unknown, path: NotebookFault['path']): NotebookFault {
  const place = [...path, ...pathOf(error.instancePath, value)];
  const { params } = error;
  switch (error.keyword) {
    case 'required':
      return missing([...place, params.missingProperty]);
    case 'additionalProperties':
      return {
        path: [...place, params.additionalProperty],
        msg: 'is not known here',
        type: 'unknown_field',
      };
    case 'discriminator':
      if (params.tagValue === undefined) return missing([...place, params.tag]);
      return { path: [...place, params.tag], msg: 'is none that nbformat 4 knows', type: 'unknown_type' };
    case 'type':
      return { path: place, msg: `must be ${[params.type].flat().join(' or ')}`, type: 'type' };
    default:
      return { path: place, msg: error.message ?? 'is invalid', type: error.keyword };
  }
}

function missing(path: NotebookFault['path']): NotebookFault {
  return { path, msg: 'is required', type: 'missing' };
}

/** The names and indexes of a JSON Pointer (RFC 6901) into a value. */
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
