import { FieldError } from '../errors.js';
import { checkAll } from './check-all.js';

/** The input of an update whose nulls are refused: an absent field stays as it is. */
export type WithoutNulls<T> = { [K in keyof T]: Exclude<T[K], null> };

/**
 * Checks the input of an update: that no field is null, together with the checks of what is given.
 * @param checks makes the checks, for {@link checkAll}, from the fields that are not null
 * @returns the input, and the result of each check by its key
 * @throws FieldError with the code of the first fault and at most 20 faults; the fields that are null come first
 * @example
 * const { given, checked } = await checkChanges(input, ({ name }) => ({ name: () => name && checkName(name) }));
 */
export async function checkChanges<T extends object, C extends Record<string, () => unknown>>(
  input: T,
  checks: (given: WithoutNulls<T>) => C,
): Promise<{ given: WithoutNulls<T>; checked: { [K in keyof C]: Awaited<ReturnType<C[K]>> } }> {
  const entries = Object.entries(input).filter(([, value]) => value !== null);
  const given = Object.fromEntries(entries) as WithoutNulls<T>;
  const { checked } = await checkAll({
    nulls: () => refuseNulls(input),
    checked: () => checkAll(checks(given)),
  });
  return { given, checked };
}

/** In the input of an update `null` does not mean that a field stays as it is. */
function refuseNulls(input: object): void {
  const [first, ...more] = Object.entries(input)
    .filter(([, value]) => value === null)
    .map(([name]) => ({ path: [name], message: 'must not be null', type: 'null' }));
  if (first) throw new FieldError('invalid_request', [first, ...more]);
}
