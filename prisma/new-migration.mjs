// `npm run migrate -- NAME`: writes the migration that brings the database from prisma/migrations to schema.prisma.
// It runs `prisma migrate diff`, because `prisma migrate dev` needs Prisma's native engine.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

const name = process.argv[2];
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Give the migration a name in lower case, e.g. npm run migrate -- add_colour');
  process.exit(1);
}
const { status, stdout, stderr } = spawnSync(
  'prisma',
  [
    'migrate',
    'diff',
    '--from-migrations',
    'prisma/migrations',
    '--to-schema',
    'prisma/schema.prisma',
    '--script',
  ],
  { encoding: 'utf8' },
);
if (status !== 0) {
  console.error(stderr);
  process.exit(1);
}
if (!/^(CREATE|ALTER|DROP|INSERT|UPDATE|DELETE)/m.test(stdout)) {
  console.log('The migrations already produce schema.prisma: nothing to do.');
  process.exit(0);
}
const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
const folder = `prisma/migrations/${stamp}_${name}`;
mkdirSync(folder);
writeFileSync(`${folder}/migration.sql`, `${stdout.trim()}\n`);
console.log(`Wrote ${folder}/migration.sql: read it before you commit it.`);
