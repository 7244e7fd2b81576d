/** https://www.rfc-editor.org/rfc/rfc3339#section-5.6 without leap seconds, which JavaScript cannot represent. */
const dateTime =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/**
 * Reads a date and time in the form of RFC 3339. `Date` alone accepts other forms, and days that do not exist.
 * @returns null for any other text; a fraction is cut to milliseconds
 * @example parseDateTime('2027-02-30T00:00:00Z') // null
 */
export function parseDateTime(text: string): Date | null {
  const [, year, month, day] = dateTime.exec(text) ?? [];
  if (Number(day) > daysIn(Number(year), Number(month))) return null;
  return day === undefined ? null : new Date(text.toUpperCase());
}

/** The Gregorian calendar repeats after 400 years; `Date.UTC` would take a year below 100 for one of the 20th century. */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
