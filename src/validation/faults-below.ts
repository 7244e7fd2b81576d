import { FieldError, type FieldFault, type FieldPath } from '../errors.js';

/**
 * Runs a check of a part of an input, and reports its faults with their paths in the whole input.
 * @param at the path of the part
 * @throws what `check` throws; the paths of a FieldError begin with `at`
 * @example await faultsBelow(['changes', 3, 'create'], () => checkFile(create)); // ["changes", 3, "create", "path"]
 */
export async function faultsBelow<T>(at: FieldPath, check: () => T | Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    const below = (fault: FieldFault) => ({ ...fault, path: [...at, ...fault.path] });
    const [first, ...more] = error.faults;
    throw new FieldError(error.code, [below(first), ...more.map(below)]);
  }
}
