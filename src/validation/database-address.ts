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

/**
 * Adds a password to the address of a database that names none. The client of the database would read it from `PGPASSWORD`
 * at each connection, so the variable could not be forgotten.
 * @param url a {@link databaseAddress}
 * @param password undefined for none
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function withPassword(url: string, password: string | undefined): string {
  if (password === undefined || hasPassword(url)) return url;
  // With a space in it, the client would encode the whole address once more.
  const [address = ''] = url.replaceAll(' ', '%20').split('#');
  return `${address}${address.includes('?') ? '&' : '?'}password=${encodeURIComponent(password)}`;
}

function hasPassword(url: string): boolean {
  // An address may have a user and no host, which a URL may not.
  const address = url.replace('@/', '@localhost/');
  // Why it cannot be parsed is an error of the first connection.
  if (!URL.canParse(address)) return true;
  const { password, searchParams } = new URL(address);
  return password !== '' || Boolean(searchParams.get('password'));
}
