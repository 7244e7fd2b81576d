import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { openDatabase } from '../../src/database/open-database.js';
import { createEventBus } from '../../src/events/event-bus.js';
import { openGitStore } from '../../src/git/git-store.js';
import { findNativeGit } from '../../src/git/native/native-git.js';
import { createBranchIndexer } from '../../src/versions/branch-indexer.js';
import { median, type Row } from '../stats.js';

const who = { name: 'Bench', email: 'bench@example.com' };
const path = 'notebooks/deep/a.ipynb';
const runs = 20;

/**
 * A page of 20 versions of a notebook that half of the commits changed, the index warm, against `git log -- path` over
 * the same history; and how long the import took, a commit. In `DATABASE_URL`, else in an embedded database.
 */
export async function benchVersions(commits = 100_000): Promise<Row[]> {
  const root = await mkdtemp(join(tmpdir(), 'versions-'));
  const migrationsDirectory = 'prisma/migrations';
  const database = await openDatabase({ url: process.env.DATABASE_URL, migrationsDirectory });
  const { prisma, leases } = database;
  const git = openGitStore({ root, native: await findNativeGit() });
  const id = randomUUID();
  try {
    await git.createRepository(id, {
      defaultBranch: 'main',
      author: who,
      committer: who,
      message: 'Start',
      files: [],
    });
    const gitdir = join(root, `${id}.git`);
    const log = (...args: string[]) =>
      execFileSync('git', ['--git-dir', gitdir, ...args], { input: '', maxBuffer: 1024 ** 3 });
    execFileSync('git', ['--git-dir', gitdir, 'fast-import', '--quiet'], { input: history(commits) });
    log('commit-graph', 'write', '--reachable');
    await prisma.space.create({
      data: {
        slug: id,
        name: id,
        repositories: { create: { id, name: 'bench', kind: 'project', defaultBranch: 'long' } },
      },
    });
    const indexer = createBranchIndexer({
      prisma,
      git,
      leases,
      bus: createEventBus(),
      log: pino({ level: 'silent' }),
      waitMs: 60 * 60_000,
    });
    const from = performance.now();
    await indexer.ensure(id, 'long');
    const imported = performance.now() - from;
    const { documentId } = await prisma.branchFile.findFirstOrThrow({ where: { repositoryId: id, path } });
    const page = async () => {
      await indexer.ensure(id, 'long');
      await prisma.fileVersion.findMany({
        where: { documentId, branch: 'long' },
        orderBy: { position: 'desc' },
        take: 20,
      });
    };
    const logged = await timed(async () => log('log', '--format=%H', 'long', '--', path));
    return [
      {
        what: `a page of 20 versions over ${commits} commits`,
        ours: await timed(page),
        baseline: 'git log -- path',
        theirs: logged,
        goal: 0.02,
      },
      {
        what: 'the import of a commit into the index',
        ours: imported / commits,
        baseline: 'git log -- path, a commit',
        theirs: logged / commits,
      },
    ];
  } finally {
    await prisma.space.deleteMany({ where: { slug: id } });
    await database.close();
    await git.close();
    await rm(root, { recursive: true, force: true });
  }
}

/** As input of `git fast-import`. */
function history(commits: number): string {
  const lines: string[] = [];
  for (let n = 0; n < commits; n++) {
    const text = `save ${n}\n`;
    const file = n % 2 ? path : `notebooks/${n % 200}.ipynb`;
    lines.push(`commit refs/heads/long\ncommitter O <o@x> ${1_700_000_000 + n} +0000\ndata 5\nsave\n`);
    lines.push(`M 100644 inline ${file}\ndata ${text.length}\n${text}\n`);
  }
  return lines.join('');
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < runs; n++) {
    const from = performance.now();
    await run();
    times.push(performance.now() - from);
  }
  return median(times);
}
