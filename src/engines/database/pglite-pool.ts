import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import pg from 'pg';
import { LoopPace } from '../../paging/loop-pace.js';
import { FairPool } from './fair-pool.js';
import { type CopyWay, copyStatement } from './row-loader.js';

/** How long a query waits for the only connection, in milliseconds. */
const connectionTimeoutMillis = 30_000;

/** Options of {@link openPglite}. */
export interface PgliteOptions {
  /** An existing folder; without it the database is in memory and lost when closed. */
  directory?: string;
  /** A dump from `dumpDataDir` to start from; only for an empty folder or memory. */
  loadDataDir?: Blob;
}

/**
 * How much a function of WebAssembly runs until V8 compiles it a second time, optimized. With 1,800,000, the default of Node 20,
 * a start of the gateway spends a third of its processor time on that, for functions of which few run again.
 */
const tieringBudget = 20_000_000;

/** Starts the embedded PostgreSQL with 16 MB of shared buffers: the default 128 MB is too much for a local database. */
export function openPglite({ directory, loadDataDir }: PgliteOptions): Promise<PGlite> {
  setFlagsFromString(`--wasm-tiering-budget=${tieringBudget}`);
  return PGlite.create(directory ?? 'memory://', {
    relaxedDurability: false,
    loadDataDir,
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
  });
}

/**
 * A `pg.Pool` over PGlite. PGlite has a single session, so one client uses it at a time and the others wait up to 30 s.
 * The pool does not own the database: end the pool first, then close the database.
 */
export function createPglitePool(db: PGlite): FairPool {
  const pace = new LoopPace();
  return new FairPool({
    Client: pgliteClient(db, pace),
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis,
    // The session outlives its clients: a discarded client leaves its transaction and its prepared statements behind.
    onConnect: async (client) => {
      await client.query('ROLLBACK');
      await client.query('DEALLOCATE ALL');
    },
  });
}

/**
 * How rows are copied into PGlite. It has no `COPY … FROM STDIN`, but a file that is the parameter `blob` of a query. The
 * transaction is that of the pool's client, because there is only one session.
 *
 * The triggers that check the foreign keys of each row would take a third of the time of an import, so they are off in this
 * transaction.
 * @see https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SESSION-REPLICATION-ROLE
 */
export function copyToPglite(db: PGlite): CopyWay {
  const pace = new LoopPace();
  return {
    begin: ['SET LOCAL session_replication_role = replica'],
    async copy(_client, rows) {
      await pace.next();
      await db.query(copyStatement(rows, "'/dev/blob'"), [], { blob: new Blob([rows.text]) });
    },
  };
}

/**
 * The client class for one database. Each client gets its own connection object: the pool replaces a client after every
 * failed query, and the clean-up of the old client removes all listeners from its connection.
 */
function pgliteClient(db: PGlite, pace: LoopPace): typeof pg.Client {
  return class PgliteClient extends pg.Client {
    constructor() {
      if (db.closed)
        throw Object.assign(new Error('The embedded database is closed.'), { code: 'ECONNREFUSED' });
      super(pgliteConfig(db, pace));
    }
  };
}

function pgliteConfig(db: PGlite, pace: LoopPace): pg.ClientConfig {
  const config = createPgConfig(paced(db, pace));
  const parse = config.connection.parse.bind(config.connection);
  // Prisma's adapter passes type parsers as `types`, but PGlite's serializer expects a list of parameter types there.
  config.connection.parse = (query) =>
    parse(Array.isArray(query.types) ? query : { ...query, types: undefined });
  return config as unknown as pg.ClientConfig;
}

/**
 * PGlite computes in the thread that serves requests, and its answers follow each other without a pause. It collects the answer
 * to one message at a time and does not see to that itself: a client that was discarded may still wait for an answer when the
 * next client asks, and one of the two would never get its own.
 * @see https://pglite.dev/docs/api#execprotocol
 */
function paced(db: PGlite, pace: LoopPace): PGlite {
  const used: Pick<PGlite, 'waitReady' | 'execProtocolStream'> = {
    waitReady: db.waitReady,
    async execProtocolStream(message, options) {
      await pace.next();
      return db.runExclusive(() => db.execProtocolStream(message, options));
    },
  };
  return used as PGlite;
}
