import type { Database } from '../../src/engines/database/database.js';
import { openDatabase } from '../../src/engines/database/open-database.js';
import { createDatabaseHome, testDatabaseKind, testDump } from './database.js';
import { openTcpProxy } from './tcp-proxy.js';

const migrationsDirectory = 'prisma/migrations';

/** A database that can go away while it is in use. */
export interface BreakableDatabase {
  database: Database;
  /** From now on it does not answer: the server's port is closed, the embedded one has ended. */
  break(): Promise<void>;
}

/** Opens a {@link BreakableDatabase} of the caller's own; closing it also removes it. */
export async function openBreakableDatabase(): Promise<BreakableDatabase> {
  if (testDatabaseKind === 'pglite') {
    const database = await openDatabase({ loadDataDir: await testDump(), migrationsDirectory });
    return { database: { ...database, close: async () => {} }, break: () => database.close() };
  }
  const home = await createDatabaseHome();
  const url = new URL(home.options.url!);
  const proxy = await openTcpProxy(Number(url.port || 5432));
  url.port = String(proxy.port);
  const database = await openDatabase({ url: url.href, migrationsDirectory });
  const close = async () => {
    await database.close();
    await home.remove();
  };
  return { database: { ...database, close }, break: () => proxy.close() };
}
