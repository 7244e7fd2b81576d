/** Says in one sentence what a benchmark lacks. */
export class MissingVariables extends Error {}

/**
 * The values of environment variables that say what the benchmarks may use.
 * @throws MissingVariables
 */
export function testVariables<Name extends string>(...names: Name[]): Record<Name, string> {
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    const how = '`npm run infrastructure -- up` starts an engine and a cluster, and says what to set';
    throw new MissingVariables(`It needs ${missing.join(', ')}: ${how}.`);
  }
  return Object.fromEntries(names.map((name) => [name, process.env[name]!])) as Record<Name, string>;
}
