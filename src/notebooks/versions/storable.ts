/**
 * A text without NUL and lone surrogates, which PostgreSQL cannot store. Commits that were pushed may contain both.
 */
export function storable(text: string): string {
  return text.isWellFormed() && !text.includes('\0') ? text : text.replaceAll('\0', '').toWellFormed();
}
