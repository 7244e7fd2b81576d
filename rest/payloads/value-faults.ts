import { z } from 'zod';
import { FieldError } from '../../src/errors.js';
import type { Location } from '../request-error.js';
import type { CodedFault } from './coded-fault.js';
import { fieldsOf, unwrapped } from './fields-of.js';
import { kindOf, type ValueChecks } from './value-checks.js';

/**
 * Checks the values of a part of a request by the rules of the commands, except those that have a wrong JSON type.
 * @param types the faults of JSON types
 * @param maxFaults after so many faults it stops
 * @returns the faults in the order of the schema, one for each value
 */
export function valueFaults(
  { schema, value, loc }: { schema: z.ZodType; value: unknown; loc: Location },
  types: readonly CodedFault[],
  checks: ValueChecks,
  maxFaults: number,
): CodedFault[] {
  const mistyped = new Set(types.map((fault) => keyOf(fault.loc)));
  const faults: CodedFault[] = [];
  visit(schema, value, loc, {});
  return faults;

  function visit(of: z.ZodType, one: unknown, at: Location, beside: Record<string, unknown>): void {
    if (one == null || faults.length >= maxFaults || mistyped.has(keyOf(at))) return;
    const inner = unwrapped(of);
    const kind = kindOf(inner);
    const fault = kind && faultOf(() => checks[kind](one as never, beside));
    if (fault) faults.push({ ...fault, loc: at });
    else if (inner instanceof z.ZodArray) {
      for (const [index, item] of (one as unknown[]).entries())
        visit(inner.element as z.ZodType, item, [...at, index], beside);
    } else {
      const fields = one as Record<string, unknown>;
      for (const [name, field] of Object.entries(fieldsOf(inner)))
        visit(field, fields[name], [...at, name], fields);
    }
  }
}

function keyOf(loc: Location): string {
  return JSON.stringify(loc);
}

/** The first fault that a check throws; undefined when it throws none. */
function faultOf(check: () => unknown): Omit<CodedFault, 'loc'> | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    const { message, type } = error.faults[0];
    return { code: error.code, msg: message, type };
  }
}
