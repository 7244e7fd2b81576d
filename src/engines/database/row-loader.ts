import type pg from 'pg';
import { DatabaseAwayError } from './database-away-error.js';

/** Rows for one table, as the text format of `COPY` has them. */
export interface CopiedRows {
  table: string;
  columns: readonly string[];
  /** Lines of fields, each made by {@link copyField} and separated by tabs; each line ends with a newline. */
  text: string;
}

/** A query that returns one row with the column `ok`. */
export interface LoadCheck {
  text: string;
  values: unknown[];
}

/** How one database takes rows in bulk. */
export interface CopyWay {
  /** Statements at the beginning of each transaction. */
  begin: readonly string[];
  /** Copies rows within the open transaction of the client. */
  copy(client: pg.PoolClient, rows: CopiedRows): Promise<void>;
}

/** Thrown when a row exists already; nothing was written. */
export class RowsExist extends Error {
  constructor(cause: unknown) {
    super('A row with the same key exists already.', { cause });
    this.name = 'RowsExist';
  }
}

/** Thrown when the check of a load failed; nothing was written. */
export class LoadRefused extends Error {
  constructor(cause?: unknown) {
    super('The rows refer to others that do not exist.', { cause });
    this.name = 'LoadRefused';
  }
}

/** PostgreSQL's codes. @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const uniqueViolation = '23505';
const foreignKeyViolation = '23503';
const specialCharacters = /[\\\t\n\r]/g;
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * Writes many rows with `COPY`, which takes half of the processor time of `INSERT`. Prisma has no access to it. For imports
 * of many rows only.
 */
export class RowLoader {
  readonly #pool: pg.Pool;
  readonly #way: CopyWay;

  constructor(pool: pg.Pool, way: CopyWay) {
    this.#pool = pool;
    this.#way = way;
  }

  /**
   * Writes rows in one transaction.
   * @param check whether everything exists that the rows refer to; it is queried after they are written. The embedded
   *   database does not check foreign keys here.
   * @throws RowsExist, LoadRefused; DatabaseAwayError when the connection breaks; the driver's error
   */
  async load(tables: readonly CopiedRows[], check: LoadCheck): Promise<void> {
    const client = await this.#pool.connect().catch((error) => {
      throw withMeaning(error);
    });
    let failure: Error | undefined;
    try {
      await client.query('BEGIN');
      for (const statement of this.#way.begin) await client.query(statement);
      for (const rows of tables) await this.#way.copy(client, rows);
      const { rows } = await client.query<{ ok: boolean }>(check.text, check.values);
      if (!rows[0]?.ok) throw new LoadRefused();
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch((reason: Error) => {
        failure = reason;
      });
      throw withMeaning(error);
    } finally {
      // A client that cannot roll back is broken, and the pool replaces it.
      client.release(failure);
    }
  }
}

/** The statement that copies rows from a source. */
export function copyStatement({ table, columns }: CopiedRows, source: string): string {
  return `COPY "${table}" (${columns.map((column) => `"${column}"`).join(', ')}) FROM ${source}`;
}

/**
 * A field of a row in the text format of `COPY`.
 * @param text such as PostgreSQL can store
 * @see https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
export function copyField(text: string | null): string {
  return text === null ? '\\N' : text.replace(specialCharacters, (character) => escapes[character]!);
}

function withMeaning(error: unknown): unknown {
  if (error instanceof LoadRefused) return error;
  const code = (error as { code?: string }).code;
  // The driver's own errors, for example after a time limit, have no code.
  if (code === undefined) return new DatabaseAwayError(error);
  if (code === uniqueViolation) return new RowsExist(error);
  return code === foreignKeyViolation ? new LoadRefused(error) : error;
}
