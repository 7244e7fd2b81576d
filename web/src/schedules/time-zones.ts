/**
 * The IANA names of the time zones that the browser knows: its own, which it may list under another name, then UTC, which it
 * need not list, then all.
 */
export function timeZones(): string[] {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return [...new Set([timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
}
