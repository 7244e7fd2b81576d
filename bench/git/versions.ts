import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pino from 'pino';
import { demo } from '../../prisma/seed.js';
import type { RequestContext } from '../../src/context.js';
import { openDatabase } from '../../src/engines/database/open-database.js';
import { EventBus } from '../../src/engines/events/event-bus.js';
import type { NotebookServices } from '../../src/notebooks/notebook-services.js';
import { BranchIndexer } from '../../src/notebooks/versions/branch-indexer.js';
import { listVersions } from '../../src/notebooks/versions/list-versions.js';
import { median, type Row } from '../stats.js';
import { pathOf } from './generate.js';
import { measureAlternately } from './measure-alternately.js';
import { describe, type Generated, type Scene } from './scene.js';

const run = promisify(execFile);
const page = { take: 20, skip: 0 };

/**
 * The first page of a file's versions with their total, by the command behind REST and on the embedded database, once the
 * branch is imported; against `git log` of the file.
 */
export async function benchVersions(scene: Scene): Promise<Row[]> {
  return [
    ...(await versionRows(scene, await scene.repository({ commits: 100_000, fileBytes: 300 }), 0.02)),
    ...(await versionRows(scene, await scene.repository({ commits: 10_000, storage: 'loose' }))),
  ];
}

async function versionRows(scene: Scene, repository: Generated, goal?: number): Promise<Row[]> {
  const path = pathOf(0, repository.shape);
  const database = await openDatabase({
    pgliteDirectory: join(scene.root, `database-${repository.id}`),
    migrationsDirectory: 'prisma/migrations',
  });
  try {
    const { prisma } = database;
    const log = pino({ level: 'silent' });
    const indexer = new BranchIndexer({
      prisma,
      git: scene.store,
      bus: new EventBus(),
      leases: database.leases,
      rows: database.rows,
      log,
      waitMs: 60 * 60_000,
    });
    const services = { prisma, indexer, git: scene.store };
    const userId = await seed(services, repository);
    const from = performance.now();
    await indexer.ensure(repository.id, 'main');
    const imported = performance.now() - from;
    const { documentId } = await prisma.branchFile.findFirstOrThrow({
      where: { repositoryId: repository.id, path },
    });
    const times = await measureAlternately(
      { rounds: 3, runs: 5 },
      async () => {
        const versions = listVersions(services, contextOf(userId), demo.slug, documentId!, {});
        const [found, total] = [await versions.find(page), await versions.count()];
        if (found.length !== page.take || total < repository.commits / 100)
          throw new Error(`${total} versions`);
      },
      () => run('git', ['-C', repository.gitdir, 'log', '--format=%H', 'main', '--', path]),
    );
    return [
      {
        what: `page of 20 versions; ${describe(repository)}`,
        ours: median(times.ours),
        baseline: 'git log -- path',
        theirs: median(times.theirs),
        ...(goal === undefined ? {} : { goal }),
      },
      {
        what: `import of all commits, once; ${describe(repository)}`,
        ours: imported,
        baseline: 'git log --raw',
        theirs: await logRaw(repository),
      },
    ];
  } finally {
    await database.close();
  }
}

async function logRaw({ gitdir }: Generated): Promise<number> {
  const from = performance.now();
  await run('git', ['-C', gitdir, 'log', '--raw', '--no-abbrev', 'main'], { maxBuffer: 256 * 1024 * 1024 });
  return performance.now() - from;
}

async function seed({ prisma }: NotebookServices, repository: Generated): Promise<string> {
  const email = 'bench@example.com';
  const user = await prisma.user.create({ data: { name: 'Bench', email, isPlatformAdmin: true } });
  const space = await prisma.space.create({ data: { slug: demo.slug, name: 'Bench' } });
  await prisma.repository.create({
    data: { id: repository.id, spaceId: space.id, name: 'bench', kind: 'analysis', defaultBranch: 'main' },
  });
  return user.id;
}

function contextOf(userId: string): RequestContext {
  return {
    actor: {
      userId,
      name: 'Bench',
      email: 'bench@example.com',
      isPlatformAdmin: true,
      tokenId: randomUUID(),
      scopes: new Set(['read']),
    },
    requestId: 'bench',
    spaces: new Map(),
  };
}
