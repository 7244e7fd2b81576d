import type { Prisma, PrismaClient } from '../../../prisma/generated/client/client.js';
import type { RowLoader } from '../../engines/database/row-loader.js';

/** A database client, or the client of an open transaction. */
export type Db = Prisma.TransactionClient;

/** The branch whose index is updated. */
export interface IndexedBranch {
  repositoryId: string;
  branch: string;
  defaultBranch: string;
}

/** How an import uses the database: in one transaction, or in a short transaction for each step. */
export interface IndexDb {
  read: Db;
  /** Runs writes atomically. */
  step(write: (tx: Db) => Promise<void>): Promise<void>;
  /** Whether each step is a transaction of its own: then large writes should be split into several steps. */
  isSplit: boolean;
  /** As {@link step}, for many new rows; null within a transaction. */
  load: ((write: (rows: RowLoader) => Promise<void>) => Promise<void>) | null;
}

/** An {@link IndexDb} within an open transaction. */
export function withinTransaction(tx: Db): IndexDb {
  return { read: tx, step: (write) => write(tx), isSplit: false, load: null };
}

/**
 * An {@link IndexDb} for long imports. Between two steps others can use the database connection, and `signal` ends the
 * import there.
 */
export function inSteps(prisma: PrismaClient, rows: RowLoader, signal: AbortSignal): IndexDb {
  return {
    read: prisma,
    step: async (write) => {
      signal.throwIfAborted();
      await prisma.$transaction(write, { timeout: 20_000, maxWait: 30_000 });
    },
    isSplit: true,
    load: async (write) => {
      signal.throwIfAborted();
      await write(rows);
    },
  };
}

/** Thrown when another process changed the index after it was read. The caller reads it again. */
export class IndexMoved extends Error {
  constructor() {
    super('Another process changed the index.');
    this.name = 'IndexMoved';
  }
}
