/** The variables of a worker that change what pip does, in a stable order: `NAME=value`. */
export function pipSettings(environment: Record<string, string>): string[] {
  return Object.entries(environment)
    .filter(([name]) => name.toUpperCase().startsWith('PIP_'))
    .map(([name, value]) => `${name}=${value}`)
    .sort();
}
