import type { Database } from '../../src/engines/database/database.js';
import { openDatabase } from '../../src/engines/database/open-database.js';
import { createDatabaseHome, testDatabaseKind, testDump } from './database.js';
import { openTcpProxy } from './tcp-proxy.js';

const migrationsDirectory = 'prisma/migrations';

/** A database that can become unavailable while it is in use. */
export interface BreakableDatabase {
  database: Database;
  /** Makes it unavailable: closes the port of the server, or the embedded database. */
  break(): Promise<void>;
}

/** Opens a new {@link BreakableDatabase}; closing it also removes it. */
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
