import { PrismaPg } from '@prisma/adapter-pg';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { tsImport } from 'tsx/esm/api';
import { readInternalChar } from './read-internal-char.mjs';

const { createPglitePool, openPglite } = await tsImport(
  '../../src/engines/database/pglite-pool.ts',
  import.meta.url,
);
const { lockDirectory } = await tsImport('../../src/engines/database/directory-lock.ts', import.meta.url);

/**
 * The database that a command works on: `postgresql://…`, `pglite:<folder>` (locked meanwhile), or `pglite:` for one in
 * memory that lives as long as the command. Shadow databases are always in memory.
 *
 * @param {string | undefined} url
 */
export function openDatasource(url = 'pglite:') {
  /** @type {(() => Promise<unknown>)[]} in reverse order of opening */
  const closers = [];
  const onServer = !url.startsWith('pglite:');

  async function lock(folder) {
    try {
      const held = await lockDirectory(folder);
      closers.unshift(() => held.release());
    } catch ({ message }) {
      // Of any other error the engine reports a number only.
      throw new DriverAdapterError({ kind: 'postgres', code: 'N/A', severity: 'ERROR', message });
    }
  }

  async function pglitePool(folder) {
    if (folder) await lock(folder);
    const db = await openPglite({ directory: folder });
    closers.unshift(() => db.close());
    return owned(createPglitePool(db));
  }

  function owned(pool) {
    closers.unshift(() => pool.end());
    return pool;
  }

  async function adapter(pool) {
    const connection = await new PrismaPg(pool).connect();
    // The adapter splits scripts at every semicolon, also inside strings and function bodies.
    connection.executeScript = async (script) => {
      await pool.query(script).catch((error) => connection.onError(error));
    };
    return readInternalChar(connection);
  }

  let main;
  return {
    onServer,
    factory: {
      provider: 'postgres',
      adapterName: '@prisma/adapter-pg',
      connect: async () => {
        main ??= onServer ? owned(new pg.Pool({ connectionString: url, max: 1 })) : pglitePool(url.slice(7));
        return adapter(await main);
      },
      connectToShadowDb: async () => adapter(await pglitePool()),
    },
    close: async () => {
      for (const close of closers) await close();
    },
  };
}
