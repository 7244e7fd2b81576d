/** The part of Prisma's error that comes from the driver. It is the same for model queries and raw queries. */
interface DriverFailure {
  meta?: { driverAdapterError?: { cause?: { kind?: string; constraint?: { index?: string } } } };
}

/**
 * The name of the unique constraint or index that a write violated, e.g. `Space_slug_key`; `null` for every other error.
 * It is the same on PGlite and PostgreSQL, for model queries (P2002) and raw queries (P2010).
 * Inside `$transaction`, always rethrow the error: PostgreSQL has aborted the whole transaction.
 * @see https://www.prisma.io/docs/orm/reference/error-reference#p2002
 */
export function uniqueViolation(error: unknown): string | null {
  const cause = (error as DriverFailure | null | undefined)?.meta?.driverAdapterError?.cause;
  if (cause?.kind !== 'UniqueConstraintViolation') return null;
  return cause.constraint?.index ?? null;
}
