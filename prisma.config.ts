import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

// The CLI's own engine is a native binary that has to be downloaded; this one comes with the packages.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(
  new URL('prisma/schema-engine.mjs', import.meta.url),
);

/** For the Prisma CLI only. Without `DATABASE_URL` it works on an embedded database in memory. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'pglite:' },
});
