import { type ErrorCode, FieldError, type FieldFault } from '../errors.js';

/** More faults are not reported, so that an answer stays short. A client that corrects these gets the next ones. */
const maxFaults = 20;

/**
 * Runs checks that do not need each other's results, one after the other, and reports the faults of all of them in one
 * error. Whatever else a check throws, e.g. `forbidden`, is thrown immediately.
 * @returns the result of each check by its key
 * @throws FieldError with the code of the first fault and at most 20 faults
 * @example const { name, owner } = await checkAll({ name: () => checkName(input.name), owner: () => checkOwner(…) });
 */
export async function checkAll<T extends Record<string, () => unknown>>(
  checks: T,
): Promise<{ [K in keyof T]: Awaited<ReturnType<T[K]>> }> {
  const results = await checkEach(Object.entries(checks), async ([key, check]) => [key, await check()]);
  return Object.fromEntries(results) as { [K in keyof T]: Awaited<ReturnType<T[K]>> };
}

/**
 * {@link checkAll} for the items of a list. After 20 faults it checks no more of them.
 * @returns the results in the order of the items
 * @throws FieldError with the code of the first fault and at most 20 faults
 */
export async function checkEach<T, R>(
  items: readonly T[],
  check: (item: T, index: number) => R | Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const faults: FieldFault[] = [];
  let code: ErrorCode | undefined;
  for (const [index, item] of items.entries()) {
    try {
      results.push(await check(item, index));
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      code ??= error.code;
      faults.push(...error.faults);
      if (faults.length >= maxFaults) break;
    }
  }
  const [first, ...more] = faults.slice(0, maxFaults);
  if (code && first) throw new FieldError(code, [first, ...more]);
  return results;
}
