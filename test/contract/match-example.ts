const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const sha = /^[0-9a-f]{40}$/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Compares a real value with that of an example. Ids and shas may differ, but the same one in the example is the same one
 * in reality; times may differ, and so may durations.
 * @param names gets the real ids and shas by those of the examples
 * @returns where they differ, with both values; null where they do not
 */
export function differenceOf(
  example: unknown,
  real: unknown,
  names: Map<string, string>,
  at = '',
): string | null {
  const differs = `${at}: ${JSON.stringify(example)} in the example, really ${JSON.stringify(real)}`;
  if (typeof example === 'string' && typeof real === 'string')
    return isSameText(example, real, names) ? null : differs;
  if (typeof example === 'number' && typeof real === 'number')
    return example === real || at.endsWith('.duration_ms') ? null : differs;
  if (Array.isArray(example) && Array.isArray(real)) {
    if (example.length !== real.length) return differs;
    return firstOf(example.map((item, index) => differenceOf(item, real[index], names, `${at}[${index}]`)));
  }
  if (isObject(example) && isObject(real)) {
    const keys = [Object.keys(example).sort().join(), Object.keys(real).sort().join()];
    if (keys[0] !== keys[1]) return `${at}: the members ${keys[0]} in the example, really ${keys[1]}`;
    return firstOf(
      Object.keys(example).map((key) => differenceOf(example[key], real[key], names, `${at}.${key}`)),
    );
  }
  return Object.is(example, real) ? null : differs;
}

/** A request's text with the real ids and shas in place of those of the examples. */
export function withRealNames(text: string, names: Map<string, string>): string {
  let replaced = text;
  for (const [example, real] of names) replaced = replaced.replaceAll(example, real);
  return replaced;
}

function isSameText(example: string, real: string, names: Map<string, string>): boolean {
  if (time.test(example) && time.test(real)) return true;
  const isName = [uuid, sha].some((form) => form.test(example) && form.test(real));
  if (!isName) return example === real;
  const known = names.get(example);
  if (known === undefined) names.set(example, real);
  return known === undefined || known === real;
}

function firstOf(differences: (string | null)[]): string | null {
  return differences.find((one) => one !== null) ?? null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
