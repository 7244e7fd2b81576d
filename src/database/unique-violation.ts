/** What Prisma's adapter tells about the constraint: its name, or where PostgreSQL withheld it, its columns. */
interface Violation {
  kind?: string;
  constraint?: { index?: string; fields?: string[] };
}

interface PrismaFailure {
  code?: string;
  meta?: { driverAdapterError?: { cause?: Violation } };
}

/**
 * The name of the unique constraint or index that a write violated, e.g. `Space_slug_key`, else `null` for every other
 * failure. The same on PGlite and PostgreSQL.
 * Inside `$transaction` rethrow, never swallow: PostgreSQL has given the whole transaction up by then.
 * @see https://www.prisma.io/docs/orm/reference/error-reference#p2002
 */
export function uniqueViolation(error: unknown): string | null {
  const { meta } = (error ?? {}) as PrismaFailure;
  const cause = meta?.driverAdapterError?.cause;
  if (cause?.kind !== 'UniqueConstraintViolation') return null;
  return cause.constraint?.index ?? cause.constraint?.fields?.join(', ') ?? 'unknown';
}
