import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lease, Leases } from '../../../src/engines/database/leases.js';
import { LocalLeases } from '../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../src/engines/git/git-store.js';
import { bytes, type GitFixture, gitFixture, someone } from './git-fixture.js';
import { heldSyncs, journalSegments } from './journal/crashed-disk.js';

/** Leases that a test can take away, as a broken connection to the database does. */
function breakableLeases(): Leases & { breakAll(): void } {
  const leases = new LocalLeases();
  const held = new Map<Lease, AbortController>();
  return {
    isHeld: (name) => leases.isHeld(name),
    close: () => leases.close(),
    async tryTake(name) {
      const lease = await leases.tryTake(name);
      if (!lease) return null;
      const controller = new AbortController();
      held.set(lease, controller);
      return { lost: controller.signal, release: () => lease.release() };
    },
    breakAll() {
      for (const [lease, controller] of held) {
        lease.release();
        controller.abort();
      }
      held.clear();
    },
  };
}

let leases: ReturnType<typeof breakableLeases>;
let at: GitFixture;
let other: GitStore;
beforeEach(async () => {
  leases = breakableLeases();
  at = await gitFixture({ 'README.md': '# Hello\n' }, { leases });
  other = new GitStore({ native: await findNativeGit(), root: at.root, leases });
});
afterEach(async () => {
  await other.close();
  await at.remove();
});

const create = async (store: GitStore, path: string) =>
  (await store.repository(at.id)).commit({
    branch: 'main',
    changes: [{ kind: 'create', path, bytes: bytes(path) }],
    author: someone,
    committer: someone,
    message: path,
  });

describe('two stores on one folder', () => {
  it('that save to one branch at the same time keep every commit of both', async () => {
    const saves = Array.from({ length: 40 }, (_, n) => create(n % 2 ? other : at.store, `f/${n}.txt`));
    const results = await Promise.all(saves);
    expect(at.git('rev-list', '--count', `${at.firstCommit}..main`)).toBe('40');
    for (const { commitOid } of results) at.git('merge-base', '--is-ancestor', commitOid, 'main');
    at.fsck();
  });

  it('do not touch the files and the journal of each other', async () => {
    await create(at.store, 'a.txt');
    const [segment] = journalSegments(at.root);
    const instance = segment!.split('/').at(-2)!;
    const temp = join(at.gitdir, 'gateway-tmp', `${instance}-999`);
    writeFileSync(temp, 'x');
    await other.reconcile();
    expect(existsSync(segment!)).toBe(true);
    expect(existsSync(temp)).toBe(true);
    await create(at.store, 'b.txt');
  });

  it('that start at the same time both wait until the state of dead instances is recovered', async () => {
    const taking = (await leases.tryTake('git-reconcile'))!;
    let isReady = false;
    const ready = other.reconcile().then(() => {
      isReady = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(isReady).toBe(false);
    await taking.release();
    await ready;
  });

  it('refuse the same changes', async () => {
    const results = await Promise.allSettled([create(at.store, 'a.txt'), create(other, 'a.txt')]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'file_exists' },
    });
  });
});

describe('a store that lost its lease', () => {
  it('continues as a new instance, and its earlier state is recovered', async () => {
    await create(at.store, 'a.txt');
    const before = readdirSync(join(at.root, 'gateway-journal'));
    leases.breakAll();
    await create(at.store, 'b.txt');
    const after = readdirSync(join(at.root, 'gateway-journal'));
    expect(after).toHaveLength(2);
    await other.reconcile();
    expect(readdirSync(join(at.root, 'gateway-journal'))).toEqual(after.filter((name) => name !== before[0]));
    await create(at.store, 'c.txt');
    at.fsck();
  });

  it('acknowledges no save that it wrote before', async () => {
    writeFileSync(join(at.gitdir, 'refs/heads/main.lock'), '');
    const save = create(at.store, 'a.txt');
    const refused = expect(save).rejects.toMatchObject({ code: 'storage_unavailable' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    leases.breakAll();
    rmSync(join(at.gitdir, 'refs/heads/main.lock'));
    await refused;
    await create(at.store, 'b.txt');
  });

  it('acknowledges nothing after another instance took its journal, notified or not', async () => {
    await create(at.store, 'a.txt');
    const alone = new GitStore({ leases: new LocalLeases(), native: await findNativeGit(), root: at.root });
    await alone.reconcile();
    await expect(create(at.store, 'b.txt')).rejects.toMatchObject({ code: 'storage_unavailable' });
    await create(at.store, 'c.txt');
    await alone.close();
    at.fsck();
  });
});

it('a closed store leaves no journal, and refuses writes', async () => {
  await create(other, 'a.txt');
  await other.close();
  await at.store.close();
  expect(readdirSync(join(at.root, 'gateway-journal'))).toEqual([]);
  await expect(create(other, 'b.txt')).rejects.toMatchObject({ code: 'storage_unavailable' });
});

it('a store that is closed during saves completes them first', async () => {
  const syncs = heldSyncs();
  const store = new GitStore({ native: await findNativeGit(), root: at.root, leases, syncs });
  const saves = Promise.all([0, 1, 2].map((n) => create(store, `${n}.txt`)));
  await new Promise((resolve) => setTimeout(resolve, 1));
  const closed = store.close();
  const outcome = await saves.then(
    () => 'saved',
    (error) => error.code,
  );
  await closed;
  expect(['saved', 'storage_unavailable']).toContain(outcome);
  expect(readdirSync(join(at.gitdir, 'gateway-tmp'))).toEqual([]);
  at.fsck();
});

describe('a folder of repositories', () => {
  const root = mkdtempSync(join(tmpdir(), 'claimed-'));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('belongs to the database that claimed it first', async () => {
    const mine = randomUUID();
    for (const databaseId of [mine, mine]) {
      const store = new GitStore({
        leases: new LocalLeases(),
        native: await findNativeGit(),
        root,
        databaseId,
      });
      await store.reconcile();
      await store.close();
    }
    const another = new GitStore({
      leases: new LocalLeases(),
      native: await findNativeGit(),
      root,
      databaseId: randomUUID(),
    });
    await expect(another.reconcile()).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('belongs to another database'),
    });
    expect(readdirSync(root)).toEqual(['gateway-database']);
  });
});
