import { stringifyJson } from './json.js';
import { isJsonObject } from './json-object.js';
import { isJsonType } from './multiline-fields.js';

/**
 * The outputs of a run as a notebook may have them. A value that is no text is kept under a JSON type: Altair 6 calls its
 * charts `application/vnd.vegalite.v6.json`, and nbformat, which takes only `+json`, would refuse the whole notebook.
 */
export function storableOutputs(outputs: readonly object[]): object[] {
  return outputs.map((output) =>
    'data' in output && isJsonObject(output.data) ? { ...output, data: storable(output.data) } : output,
  );
}

function storable(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => {
      if (isJsonType(type) || isText(value)) return [type, value];
      const renamed = type.replace(/\.json$/, '+json');
      return isJsonType(renamed) ? [renamed, value] : [type, stringifyJson(value)];
    }),
  );
}

const isText = (value: unknown) =>
  typeof value === 'string' || (Array.isArray(value) && value.every((line) => typeof line === 'string'));
