/** The part of Prisma's failure that comes from the driver and is the same for model and raw queries. */
interface DriverFailure {
  meta?: { driverAdapterError?: { cause?: { kind?: string; constraint?: { index?: string } } } };
}

/**
 * The name of the unique constraint or index that a write violated, e.g. `Space_slug_key`, else `null` for every other
 * failure. The same on PGlite and PostgreSQL, for models (P2002) and raw queries (P2010).
 * Inside `$transaction` rethrow, never swallow: PostgreSQL has given the whole transaction up by then.
 * @see https://www.prisma.io/docs/orm/reference/error-reference#p2002
 */
export function uniqueViolation(error: unknown): string | null {
  const cause = (error as DriverFailure | null | undefined)?.meta?.driverAdapterError?.cause;
  if (cause?.kind !== 'UniqueConstraintViolation') return null;
  return cause.constraint?.index ?? null;
}
