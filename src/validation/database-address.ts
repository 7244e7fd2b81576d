import { z } from 'zod';

/** The address of a PostgreSQL server, with its database and user: a URL as libpq takes it. */
export const databaseAddress = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must start with postgresql://')
  .refine(hasValidEscapes, 'must have each % as an escape of UTF-8: write %25 for a % in a password');

function hasValidEscapes(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}
