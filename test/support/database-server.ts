import { randomUUID } from 'node:crypto';
import pg from 'pg';

function adminUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) {
    throw new Error(
      'TEST_DB=postgres needs TEST_DATABASE_URL: a server and a role that may create databases.',
    );
  }
  return url;
}

/** The URL of another database on the server of `TEST_DATABASE_URL`. */
export function databaseUrl(database: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs one statement outside of any test's database. */
export async function adminQuery(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Creates a database. @param clause of `CREATE DATABASE`, e.g. `TEMPLATE "name"` */
export async function createDatabase(clause = ''): Promise<{ url: string; remove: () => Promise<void> }> {
  const name = `gateway_test_${randomUUID()}`;
  await adminQuery(`CREATE DATABASE "${name}" ${clause}`);
  return { url: databaseUrl(name), remove: () => adminQuery(`DROP DATABASE "${name}" WITH (FORCE)`) };
}
