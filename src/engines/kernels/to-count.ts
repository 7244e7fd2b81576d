/** The value if it is an integer of at least 0, else `null`. For execution counts, which a kernel controls. */
export function toCount(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}
