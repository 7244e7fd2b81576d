import type { Prisma, PrismaClient } from '../../../prisma/generated/client/client.js';

/** A client, or that of a transaction. */
export type Db = Prisma.TransactionClient;

/** The branch that is imported. */
export interface IndexedBranch {
  repositoryId: string;
  branch: string;
  defaultBranch: string;
}

/** The database as an import sees it: all in one transaction, or each step in a short one of its own. */
export interface IndexDb {
  read: Db;
  /** Runs some writes as one. */
  step(write: (tx: Db) => Promise<void>): Promise<void>;
  /** Whether the steps are transactions of their own, so that large writes are better split. */
  isSplit: boolean;
}

/** The {@link IndexDb} within a transaction that is open. */
export function withinTransaction(tx: Db): IndexDb {
  return { read: tx, step: (write) => write(tx), isSplit: false };
}

/** The {@link IndexDb} of a long import: others have the connection between two steps, and `signal` ends it there. */
export function inSteps(prisma: PrismaClient, signal: AbortSignal): IndexDb {
  return {
    read: prisma,
    step: async (write) => {
      signal.throwIfAborted();
      await prisma.$transaction(write, { timeout: 20_000, maxWait: 30_000 });
    },
    isSplit: true,
  };
}

/** The index was moved by another process since it was read: to be read again. */
export class IndexMoved extends Error {
  constructor() {
    super('another process moved this index');
    this.name = 'IndexMoved';
  }
}

/** Splits a list into parts of at most `size`. */
export function* chunk<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** The most values of one statement. */
export const itemsPerStatement = 1_000;

/** PostgreSQL's text holds neither NUL nor lone surrogates; a commit from outside may have both. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
