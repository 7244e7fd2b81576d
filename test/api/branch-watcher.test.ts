import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/database.js';
import { EventBus } from '../../src/engines/events/event-bus.js';
import { BranchIndexer } from '../../src/notebooks/versions/branch-indexer.js';
import { BranchWatcher } from '../../src/notebooks/versions/branch-watcher.js';
import { openTestDatabase } from '../support/database.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let database: Database;
let at: TestGateway;
beforeAll(async () => {
  database = await openTestDatabase();
  at = await openTestGateway({ database });
});
afterAll(() => at.close());

const log = pino({ level: 'silent' });
const { repositoryId } = demo;
let saves = 0;

/** Saves by way of the gateway, which indexes the commit immediately, and answers it. */
async function save(branch = 'main'): Promise<string> {
  saves += 1;
  const answer = await at.rest('PUT', `/workspaces/${demo.workspaceId}/authoring-file`, {
    body: { path: 'README.md', branch, content: `save ${saves}` },
  });
  expect(answer.status).toBe(200);
  return answer.body.version.commit_sha;
}

/** A second process on the same database and repositories: what is published there. */
function replica() {
  const bus = new EventBus();
  const { git } = at.gateway.services;
  const indexer = new BranchIndexer({
    prisma: database.prisma,
    git,
    bus,
    leases: database.leases,
    rows: database.rows,
    log,
  });
  const heard: string[] = [];
  bus.subscribe('commit', repositoryId, ({ commitOid }) => heard.push(commitOid));
  return { indexer, heard, watcher: new BranchWatcher({ git, indexer, log, intervalMs: 20 }) };
}

it('a commit that another process indexed is published once to the watchers of the branch', async () => {
  await save();
  const { heard, watcher, indexer } = replica();
  await indexer.ensure(repositoryId, 'main');
  const unwatch = watcher.watch(repositoryId, 'main');
  try {
    for (let n = 1; n <= 3; n++) {
      const commit = await save();
      await expect.poll(() => heard.at(-1)).toBe(commit);
      expect(heard.length).toBe(n);
    }
  } finally {
    unwatch();
    await indexer.close();
  }
});

it('a commit that this process indexed is published once, whoever reads meanwhile', async () => {
  const { bus, indexer } = at.gateway.services;
  await save();
  const heard: string[] = [];
  const unsubscribe = bus.subscribe('commit', repositoryId, ({ commitOid }) => heard.push(commitOid));
  let looking = true;
  const looks = Promise.all(
    [1, 2, 3].map(async () => {
      while (looking) await indexer.ensure(repositoryId, 'main');
    }),
  );
  const made: string[] = [];
  for (let n = 0; n < 10; n++) made.push(await save());
  looking = false;
  await looks;
  unsubscribe();
  expect(heard).toEqual(made);
});
