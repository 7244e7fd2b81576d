import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/engines/database/migrate.js';
import { openDatabase } from '../../src/engines/database/open-database.js';
import { createPglitePool, openPglite } from '../../src/engines/database/pglite-pool.js';
import { adminQuery, databaseUrl } from './database-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** PGlite: the path of a dump. PostgreSQL: the name of a database. Both are migrated and empty. */
    databaseTemplate: string;
  }
}

/** The migrations that are under test. */
const migrationsDirectory = 'prisma/migrations';

/** Vitest's global setup: migrates one database, which `openTestDatabase` copies. Returns the clean-up. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = project.config.env.TEST_DB ?? process.env.TEST_DB ?? 'pglite';
  const { template, remove } = await (home === 'postgres' ? serverTemplate() : sharedTemplate());
  project.provide('databaseTemplate', template);
  return remove;
}

interface Template {
  template: string;
  remove: () => Promise<void>;
}

/** Each project has an instance of this module, and one dump serves all: making it takes 6 s of one core. */
const made = globalThis as { embeddedTemplate?: Promise<Template> };

function sharedTemplate(): Promise<Template> {
  made.embeddedTemplate ??= embeddedTemplate();
  return made.embeddedTemplate;
}

async function embeddedTemplate(): Promise<Template> {
  const folder = await mkdtemp(path.join(tmpdir(), 'database-template-'));
  const template = path.join(folder, 'dump.tar');
  const db = await openPglite({});
  try {
    const client = await createPglitePool(db).connect();
    await migrate(client, migrationsDirectory);
    client.release(true);
    // Not compressed: that would make each copy take three times as long.
    const dump = await db.dumpDataDir('none');
    await writeFile(template, Buffer.from(await dump.arrayBuffer()));
  } finally {
    await db.close();
  }
  return { template, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function serverTemplate(): Promise<Template> {
  const template = `gateway_template_${randomUUID()}`;
  await adminQuery(`CREATE DATABASE "${template}"`);
  const database = await openDatabase({ url: databaseUrl(template), migrationsDirectory });
  await database.close();
  return { template, remove: () => adminQuery(`DROP DATABASE "${template}" WITH (FORCE)`) };
}
