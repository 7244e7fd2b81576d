import type { z } from 'zod';
import type { ErrorCode } from '../../src/errors.js';

/** What a value must be, by the library's name for it. */
const kinds: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** The `params` of a refinement whose fault has a code and a type of its own. */
export interface OwnFault {
  code: ErrorCode;
  type: string;
}

/** A fault without its location. */
type Described = OwnFault & { msg: string };

/**
 * Says in plain words what is wrong with a value, after its name; the words of the validation library stay inside.
 * @example
 * describeIssue({ code: 'invalid_type', expected: 'string', … });
 * // { code: 'invalid_request', msg: 'must be a string', type: 'invalid_type' }
 */
export function describeIssue(issue: z.core.$ZodIssue): Described {
  const own = issue.code === 'custom' ? (issue.params as OwnFault | undefined) : undefined;
  return { code: 'invalid_request', ...wordsOf(issue), ...own };
}

function wordsOf(issue: z.core.$ZodIssue): { msg: string; type: string } {
  switch (issue.code) {
    case 'invalid_type':
      return { msg: `must be ${kinds[issue.expected] ?? 'of another type'}`, type: 'invalid_type' };
    case 'invalid_value':
      return { msg: oneOf(issue.values.map((value) => JSON.stringify(value))), type: 'invalid_value' };
    case 'too_small':
      return bound(issue.origin, 'at least', Number(issue.minimum), 'too_short');
    case 'too_big':
      return bound(issue.origin, 'at most', Number(issue.maximum), 'too_long');
    case 'custom':
      return { msg: issue.message, type: 'invalid' };
    default:
      return { msg: 'is not valid', type: 'invalid' };
  }
}

function oneOf(values: string[]): string {
  return values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(', ')}`;
}

function bound(origin: string, relation: string, limit: number, type: string): { msg: string; type: string } {
  const units: Record<string, string> = { string: 'characters', array: 'items' };
  const unit = units[origin];
  if (!unit) return { msg: `must be ${relation} ${limit}`, type: 'out_of_range' };
  if (type === 'too_short' && limit === 1) return { msg: 'must not be empty', type };
  return { msg: `must have ${relation} ${limit} ${unit}`, type };
}
