import { openDatabase } from '../../../src/engines/database/open-database.js';

// A process that owns an embedded database: prints `open`, then writes rows until it is killed and prints the number of each
// row after it was acknowledged.
const database = await openDatabase({
  pgliteDirectory: process.argv[2],
  migrationsDirectory: 'prisma/migrations',
});
process.stdout.write('open\n');
for (let i = 1; ; i += 1) {
  await database.prisma.space.create({ data: { slug: `row-${i}`, name: 'Row' } });
  process.stdout.write(`${i}\n`);
}
