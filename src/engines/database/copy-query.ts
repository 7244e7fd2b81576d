import pg from 'pg';
import { type CopiedRows, copyStatement } from './row-loader.js';

/** What PostgreSQL's driver has for `COPY`, without a type of its own. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** A `COPY … FROM STDIN` whose rows are in memory. @see https://www.postgresql.org/docs/current/protocol-flow.html */
class CopyQuery extends (pg.Query as unknown as new (
  text: string,
  values: undefined,
  callback: (error: Error | null) => void,
) => pg.Submittable) {
  readonly #rows: Buffer;

  constructor(rows: CopiedRows, callback: (error: Error | null) => void) {
    super(copyStatement(rows, 'STDIN'), undefined, callback);
    this.#rows = Buffer.from(rows.text);
  }

  /** Called by the driver when the server waits for the rows. */
  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#rows);
    connection.endCopyFrom();
  }
}

/** Copies rows to a PostgreSQL server. @throws the driver's error */
export function copyToServer(client: pg.PoolClient, rows: CopiedRows): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyQuery(rows, (error) => (error ? reject(error) : resolve())));
  });
}
