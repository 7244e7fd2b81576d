import { type ASTNode, type DocumentNode, Kind, visit } from 'graphql';
import { maxValueLength } from '../../executions/check-input-answer.js';
import { maxCodeLength } from '../../validation/check-code.js';
import { fileLimits } from '../../validation/json-bounds.js';
import { enclosingNodes } from './enclosing-nodes.js';

/** The scalar that takes every value. */
export const anyValue = 'JSON';

/** No other text that a command takes is longer. */
export const maxOtherLength = 65_536;

/** By argument or input field, the maximum length of its texts; the command itself checks the exact limit. */
const maxLengths: Readonly<Record<string, number>> = {
  code: maxCodeLength,
  value: maxValueLength,
  // Files: as long as a body may be.
  content: fileLimits.stringBytes,
  contentBase64: fileLimits.stringBytes,
};

/** The maximum length of a text in an argument or input field, in UTF-16 units. */
export function maxTextLength(field: string): number {
  return Object.hasOwn(maxLengths, field) ? maxLengths[field]! : maxOtherLength;
}

/** The maximum length of a text in a variable: the highest of the fields that a document uses it for. */
export function maxVariableLength(document: DocumentNode, variable: string): number {
  let max = maxOtherLength;
  visit(document, {
    Variable(node, _key, parent, _path, ancestors) {
      if (node.name.value === variable)
        max = Math.max(max, maxTextLength(fieldOf(enclosingNodes(ancestors, parent))));
    },
  });
  return max;
}

function fieldOf(nodes: ASTNode[]): string {
  const field = nodes.findLast(({ kind }) => kind === Kind.ARGUMENT || kind === Kind.OBJECT_FIELD);
  return field && 'name' in field ? ((field.name as { value: string }).value ?? '') : '';
}
