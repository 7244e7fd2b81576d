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

/**
 * By variable, the maximum length of its texts, in UTF-16 units: the highest of the fields that a document uses it for. It
 * visits the whole document, so it is for texts that are longer than {@link maxOtherLength}, and once for all of them.
 */
export function maxVariableLengths(document: DocumentNode): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  visit(document, {
    Variable(node, _key, parent, _path, ancestors) {
      const max = maxTextLength(fieldOf(enclosingNodes(ancestors, parent)));
      lengths.set(node.name.value, Math.max(max, lengths.get(node.name.value) ?? maxOtherLength));
    },
  });
  return lengths;
}

function fieldOf(nodes: ASTNode[]): string {
  const field = nodes.findLast(({ kind }) => kind === Kind.ARGUMENT || kind === Kind.OBJECT_FIELD);
  return field && 'name' in field ? ((field.name as { value: string }).value ?? '') : '';
}
