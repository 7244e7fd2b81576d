import { randomUUID } from 'node:crypto';
import pg from 'pg';

/**
 * Creates a database on a PostgreSQL server for as long as `work` takes.
 * @param server a connection string, whose role may create databases
 */
export async function withBenchDatabase<T>(server: string, work: (url: string) => Promise<T>): Promise<T> {
  const name = `gateway_bench_${randomUUID()}`;
  await query(server, `CREATE DATABASE "${name}"`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  try {
    return await work(url.href);
  } finally {
    await query(server, `DROP DATABASE "${name}" WITH (FORCE)`);
  }
}

async function query(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
