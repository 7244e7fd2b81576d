import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { Database, DatabaseOptions } from '../../src/engines/database/database.js';
import { openDatabase } from '../../src/engines/database/open-database.js';
import { EventBus } from '../../src/engines/events/event-bus.js';
import { BranchIndexer } from '../../src/notebooks/versions/branch-indexer.js';
import { createDatabase } from '../../test/support/database-server.js';
import type { Row } from '../stats.js';
import { generateHistory } from './generate-history.js';
import type { Scene } from './scene.js';

const commits = 100_000;
const maxWaitMs = 100;
const msPerTick = 10;
const msBetweenReads = 5;
const migrationsDirectory = 'prisma/migrations';

/** A duration and the processor time of this process and of those that it started and that have ended, both in ms. */
interface Cost {
  elapsed: number;
  processor: number;
}

/**
 * The import of the history of a branch into the index against `git log --raw`, on the embedded database and, where
 * `TEST_DATABASE_URL` is set, on a server. A read of another table goes on meanwhile, and its maximum wait is measured.
 */
export async function benchImports(scene: Scene): Promise<Row[]> {
  const id = randomUUID();
  const gitdir = join(scene.root, `${id}.git`);
  await generateHistory(gitdir, commits);
  const log = ['-C', gitdir, 'log', '--raw', '--no-abbrev', 'main'];
  const baseline = await costOf(async () => void execFileSync('git', log, { maxBuffer: 2 ** 30 }));
  const embedded = { pgliteDirectory: join(scene.root, `database-${id}`) };
  const rows = await importRows(scene, id, baseline, embedded);
  if (!process.env.TEST_DATABASE_URL) return rows;
  const { url, remove } = await createDatabase();
  try {
    return [...rows, ...(await importRows(scene, id, baseline, { url }))];
  } finally {
    await remove();
  }
}

async function importRows(
  scene: Scene,
  repositoryId: string,
  baseline: Cost,
  home: Pick<DatabaseOptions, 'url' | 'pgliteDirectory'>,
): Promise<Row[]> {
  const database = await openDatabase({ ...home, migrationsDirectory });
  try {
    await addRepository(database, repositoryId);
    const reads = new LightReads(database);
    const ours = await costOf(() => importMain(scene, database, repositoryId));
    const waits = await reads.stop();
    const git = 'git log --raw';
    const where = `${commits / 1000}k commits, ${database.kind}`;
    const { elapsed, processor } = ours;
    return [
      { what: `import: ${where}`, ours: elapsed, baseline: git, theirs: baseline.elapsed, goal: 5 },
      { what: `its processor time: ${where}`, ours: processor, baseline: git, theirs: baseline.processor },
      {
        what: `slowest read beside it: ${where}`,
        ours: waits,
        baseline: 'limit',
        theirs: maxWaitMs,
        goal: 1,
      },
    ];
  } finally {
    await database.close();
  }
}

async function importMain(scene: Scene, database: Database, repositoryId: string): Promise<void> {
  const { prisma, leases, rows } = database;
  const indexer = new BranchIndexer({
    ...{ prisma, leases, rows, git: scene.store, bus: new EventBus() },
    log: pino({ level: 'silent' }),
    waitMs: 60 * 60_000,
  });
  await indexer.ensure(repositoryId, 'main');
  if ((await prisma.fileVersion.count()) < commits) throw new Error('Versions are missing');
}

async function addRepository({ prisma }: Database, id: string): Promise<void> {
  const space = await prisma.space.create({ data: { slug: 'bench', name: 'Bench' } });
  await prisma.repository.create({
    data: { id, spaceId: space.id, name: 'bench', kind: 'analysis', defaultBranch: 'main' },
  });
}

async function costOf(act: () => Promise<void>): Promise<Cost> {
  const [from, used] = [performance.now(), processorTime()];
  await act();
  return { elapsed: performance.now() - from, processor: processorTime() - used };
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function processorTime(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  // The fields utime, stime, cutime and cstime; the command in the second field may contain spaces.
  const ticks = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 16);
  return ticks.reduce((sum, field) => sum + Number(field) * msPerTick, 0);
}

/** Reads one row of a small table again and again. */
class LightReads {
  readonly #database: Database;
  #isStopped = false;
  readonly #maxMs: Promise<number>;

  constructor(database: Database) {
    this.#database = database;
    this.#maxMs = this.#run();
  }

  /** @returns the maximum wait in ms */
  stop(): Promise<number> {
    this.#isStopped = true;
    return this.#maxMs;
  }

  async #run(): Promise<number> {
    let maxMs = 0;
    while (!this.#isStopped) {
      const from = performance.now();
      await this.#database.prisma.space.findFirstOrThrow();
      maxMs = Math.max(maxMs, performance.now() - from);
      await sleep(msBetweenReads);
    }
    return maxMs;
  }
}
