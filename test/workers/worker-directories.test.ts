import { randomUUID } from 'node:crypto';
import { chown, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { removeTree } from '../../src/workers/remove-tree.js';
import { WorkerDirectories } from '../../src/workers/worker-directories.js';
import { asOrdinaryUser, isRoot, nobody } from '../support/ordinary-user.js';

let directory: string;
let directories: WorkerDirectories;
const workerId = randomUUID();
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'worker-directories-'));
  if (isRoot) await chown(directory, nobody, nobody);
  const prisma = { session: { findMany: async () => [{ kernelId: 'kernel' }] } } as unknown as PrismaClient;
  directories = new WorkerDirectories({ prisma, directory, backends: [], log: pino({ level: 'silent' }) });
});
afterEach(() => removeTree(directory));

it('a removal says that it succeeded, also where there is nothing', async () => {
  await mkdir(join(directory, workerId, 'files'), { recursive: true });
  expect(await directories.remove(workerId, undefined)).toBe(true);
  expect(await readdir(directory)).toEqual([]);
  expect(await directories.remove(workerId, undefined)).toBe(true);
});

it.runIf(isRoot)('a removal says that it failed', async () => {
  await asOrdinaryUser(() => mkdir(join(directory, workerId)));
  await mkdir(join(directory, workerId, 'foreign'));
  await writeFile(join(directory, workerId, 'foreign/file'), '');
  expect(await asOrdinaryUser(() => directories.remove(workerId, undefined))).toBe(false);
});

it('a removal that its server did not answer keeps the folder, which shows that something is left', async () => {
  await mkdir(join(directory, workerId, 'files'), { recursive: true });
  let isAway = true;
  const removed: unknown[][] = [];
  const remove = async (...given: unknown[]) => {
    if (isAway) throw new Error('the server is away');
    removed.push(given);
  };
  const shared = { ownsServers: false, remoteFolders: { remove } } as unknown as WorkerBackend;
  expect(await directories.remove(workerId, shared)).toBe(false);
  expect(await directories.workerIds()).toEqual([workerId]);
  isAway = false;
  expect(await directories.remove(workerId, shared)).toBe(true);
  expect(removed).toEqual([[workerId, ['kernel']]]);
  expect(await directories.workerIds()).toEqual([]);
});
