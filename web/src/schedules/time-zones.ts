/**
 * The IANA names of time zones. Those that the browser need not list, or may list under another name, come first: the
 * preferred one, its own and UTC. Then come all that it knows.
 * @param preferred default the browser's own
 */
export function timeZones(preferred?: string): string[] {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return [...new Set([preferred ?? timeZone, timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
}
