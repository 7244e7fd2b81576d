import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest';
import type { KernelProfile, PrismaClient, ResourceClass } from '../../prisma/generated/client/client.js';
import { DomainError } from '../../src/errors.js';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { WarmPool } from '../../src/workers/warm-pool.js';
import type { WorkerDirectories } from '../../src/workers/worker-directories.js';

const key = { kernelProfileId: 'python3', resourceClassId: 'standard' };
const profile = {
  id: 'python3',
  runtime: 'dedicated',
  kernelName: 'python3',
  environment: {},
} as KernelProfile;
const resourceClass = { id: 'standard', isEnabled: true, cpuLimit: 1, memoryMb: 512 } as ResourceClass;
const refusal = new DomainError('quota_exceeded', 'You may use at most 1 worker at the same time.');

let root: string;
let size: number;
let starts: Mock<(spec: { workerId: string }) => Promise<{ baseUrl: string; token: string }>>;
let discards: string[];
/** The ids that rows have. */
let rows: string[];
let pool: WarmPool;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'warm-pool-'));
  size = 1;
  discards = [];
  rows = [];
  starts = vi.fn(async () => ({ baseUrl: 'http://127.0.0.1:9/', token: 'token' }));
  const prisma = {
    warmPool: { findMany: async () => (size > 0 ? [{ ...key, size, profile, class: resourceClass }] : []) },
    kernelProfile: { findUniqueOrThrow: async () => profile },
    resourceClass: { findUniqueOrThrow: async () => resourceClass },
    worker: { count: async ({ where }: any) => rows.filter((id) => id === where.id).length },
  };
  const backend = { kind: 'docker', ownsServers: true, unavailableReason: async () => null, start: starts };
  const foldersOf = ({ id }: { id: string }) => ({
    files: join(root, id, 'files'),
    state: join(root, id, 'state'),
  });
  pool = new WarmPool({
    prisma: prisma as unknown as PrismaClient,
    directories: { foldersOf } as unknown as WorkerDirectories,
    log: pino({ level: 'silent' }),
    backendOf: () => backend as unknown as WorkerBackend,
    discard: async (workerId) => void discards.push(workerId),
  });
  await pool.begin();
  await expect.poll(() => pool.counts(key)).toEqual({ ready: 1, starting: 0 });
});
afterEach(async () => {
  await pool.close();
  await rm(root, { recursive: true });
});

const first = () => starts.mock.calls[0]![0].workerId;
/** What a start of the profile gets, where it is refused or another request was faster. */
async function offered(fails: () => null | never = () => null): Promise<string | undefined> {
  let given: string | undefined;
  const use = async (workerId?: string) => {
    given = workerId;
    return fails();
  };
  await pool.offer(profile, resourceClass, use).catch(() => {});
  return given;
}
const throws = (error: Error) => () => {
  throw error;
};
const isReady = () => expect.poll(() => pool.counts(key)).toEqual({ ready: 1, starting: 0 });

describe('a warm worker that a start was offered', () => {
  it.each([
    ['was refused', throws(refusal)],
    ['lost a race', () => null],
  ])('stays in the pool when the start %s, as often as that happens', async (_how, fails) => {
    for (let time = 0; time < 3; time++) {
      expect(await offered(fails)).toBe(first());
      await isReady();
    }
    // The pool would be filled by then.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect({ starts: starts.mock.calls.length, discards }).toEqual({ starts: 1, discards: [] });
    expect(pool.has(first())).toBe(true);
    expect(pool.claim(first())).toBeUndefined();
  });

  it('is replaced when the start may have written its row before it failed', async () => {
    expect(await offered(throws(new Error('the connection was cut')))).toBe(first());
    expect(discards).toEqual([first()]);
    await isReady();
    expect(starts).toHaveBeenCalledTimes(2);
  });

  it('is replaced when there is a row of its id', async () => {
    rows.push(first());
    expect(await offered(throws(refusal))).toBe(first());
    await expect.poll(() => discards).toEqual([first()]);
    await isReady();
    expect(starts).toHaveBeenCalledTimes(2);
  });

  it('is not one too many when another was started meanwhile', async () => {
    const ids: string[] = [];
    await pool.offer(profile, resourceClass, async (id) => {
      ids.push(id!);
      await isReady();
      return null;
    });
    await expect.poll(() => discards).toHaveLength(1);
    expect(pool.counts(key)).toEqual({ ready: 1, starting: 0 });
    expect(ids).toEqual([first()]);
    expect(starts).toHaveBeenCalledTimes(2);
  });

  it('is discarded when the pool was set to 0 meanwhile', async () => {
    await pool.offer(profile, resourceClass, async () => {
      size = 0;
      await pool.refresh();
      return null;
    });
    await expect.poll(() => discards).toEqual([first()]);
    expect(pool.counts(key)).toEqual({ ready: 0, starting: 0 });
  });
});
