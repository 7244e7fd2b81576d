import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import pg from 'pg';

/** How long a query waits for the one connection, in milliseconds. */
const connectionTimeoutMillis = 30_000;

/** Where {@link openPglite} keeps its files. */
export interface PgliteOptions {
  /** An existing folder; without one the database is in memory and gone when closed. */
  directory?: string;
  /** A dump made by `dumpDataDir` to begin with; for an empty folder or memory only. */
  loadDataDir?: Blob;
}

/** Starts the embedded PostgreSQL. Buffers of 16 MB in place of 128 save memory that a local database never fills. */
export function openPglite({ directory, loadDataDir }: PgliteOptions): Promise<PGlite> {
  return PGlite.create(directory ?? 'memory://', {
    relaxedDurability: false,
    loadDataDir,
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
  });
}

/**
 * A `pg.Pool` over PGlite, which is a single session: one client at a time, the others wait up to 30 s.
 * The pool does not own the database; end the pool first, then close the database.
 */
export function createPglitePool(db: PGlite): pg.Pool {
  return new pg.Pool({
    Client: pgliteClient(db),
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis,
    // The session outlives the client: one that was thrown away leaves its transaction and its statements.
    onConnect: async (client) => {
      await client.query('ROLLBACK');
      await client.query('DEALLOCATE ALL');
    },
  });
}

/**
 * The client class of one database. Each client has a connection object of its own, because the pool replaces a client
 * after every failed query, and the old one's clean-up strips all listeners from its connection.
 */
function pgliteClient(db: PGlite): typeof pg.Client {
  return class PgliteClient extends pg.Client {
    constructor() {
      if (db.closed)
        throw Object.assign(new Error('The embedded database is closed.'), { code: 'ECONNREFUSED' });
      super(pgliteConfig(db));
    }
  };
}

function pgliteConfig(db: PGlite): pg.ClientConfig {
  const config = createPgConfig(db);
  const parse = config.connection.parse.bind(config.connection);
  // Prisma's adapter sends type parsers as `types`, where PGlite's serializer expects a list of parameter types.
  config.connection.parse = (query) =>
    parse(Array.isArray(query.types) ? query : { ...query, types: undefined });
  return config as unknown as pg.ClientConfig;
}
