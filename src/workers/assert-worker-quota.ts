import { Prisma } from '../../prisma/generated/client/client.js';
import type { Quota, RuntimeLimits } from '../config.js';
import { DomainError } from '../errors.js';
import { liveStatuses } from './worker-status.js';

/** What a worker, or several together, use of a quota. */
type Use = Quota;

/** How each amount is named in a sentence, and in the variables of the configuration. */
const amounts = [
  { key: 'workers', noun: (count: number) => (count === 1 ? 'worker' : 'workers'), variable: 'WORKERS' },
  { key: 'cpus', noun: () => 'CPU cores', variable: 'CPUS' },
  { key: 'memoryMb', noun: () => 'MiB of memory', variable: 'MEMORY_MB' },
  { key: 'gpus', noun: (count: number) => (count === 1 ? 'GPU' : 'GPUs'), variable: 'GPUS' },
] as const;

/** Sums of fractions of cores are not exact. */
const tolerance = 1e-6;

/**
 * Checks that a new worker keeps its user and its space within their quotas. Workers count until they have ended. Until the
 * end of the transaction, no other worker of the user or of the space passes this check.
 * @param worker.wanted the resource class of the new worker
 * @throws DomainError `quota_exceeded`
 */
export async function assertWorkerQuota(
  tx: Prisma.TransactionClient,
  limits: Pick<RuntimeLimits, 'perUser' | 'perSpace'>,
  worker: {
    userId: string;
    spaceId: string;
    wanted: { cpuLimit: number; memoryMb: number; gpuCount: number };
  },
): Promise<void> {
  const { userId, spaceId } = worker;
  const { cpuLimit, memoryMb, gpuCount } = worker.wanted;
  const wanted: Use = { workers: 1, cpus: cpuLimit, memoryMb, gpus: gpuCount };
  // Always the space first, so that two transactions never wait for each other.
  if (isLimited(limits.perSpace)) {
    await lock(tx, `workers of space ${spaceId}`);
    const used = await usedBy(tx, Prisma.sql`s."spaceId" = ${spaceId}::uuid`);
    assertWithin({ quota: limits.perSpace, used, wanted, who: 'This space', suffix: 'PER_SPACE' });
  }
  if (isLimited(limits.perUser)) {
    await lock(tx, `workers of user ${userId}`);
    const used = await usedBy(tx, Prisma.sql`w."userId" = ${userId}::uuid`);
    assertWithin({ quota: limits.perUser, used, wanted, who: 'You', suffix: 'PER_USER' });
  }
}

function isLimited(quota: Quota): boolean {
  return amounts.some(({ key }) => quota[key] > 0);
}

async function lock(tx: Prisma.TransactionClient, name: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
}

/** The classes are those that the workers were started with. */
async function usedBy(tx: Prisma.TransactionClient, whose: Prisma.Sql): Promise<Use> {
  const rows = await tx.$queryRaw<[Use]>`
    SELECT count(*)::int AS "workers",
      coalesce(sum((w."resourceClass"->>'cpuLimit')::float8), 0) AS "cpus",
      coalesce(sum((w."resourceClass"->>'memoryMb')::float8), 0) AS "memoryMb",
      coalesce(sum((w."resourceClass"->>'gpuCount')::float8), 0) AS "gpus"
    FROM "Worker" w JOIN "Workspace" s ON s."id" = w."workspaceId"
    WHERE w."status"::text IN (${Prisma.join([...liveStatuses])}) AND ${whose}`;
  return rows[0];
}

function assertWithin(check: {
  quota: Quota;
  used: Use;
  wanted: Use;
  who: 'You' | 'This space';
  suffix: string;
}): void {
  const { quota, used, wanted, who, suffix } = check;
  for (const { key, noun, variable } of amounts) {
    const limit = quota[key];
    if (limit === 0 || used[key] + wanted[key] <= limit + tolerance) continue;
    const rule = `${who} may use at most ${limit} ${noun(limit)} at the same time (${variable}_${suffix})`;
    throw new DomainError('quota_exceeded', `${rule}; ${whatToDo(key, limit, wanted[key])}.`);
  }
}

function whatToDo(key: keyof Quota, limit: number, wanted: number): string {
  if (key === 'workers') return 'stop a worker first';
  return wanted > limit
    ? 'choose a smaller resource class'
    : 'stop a worker, or choose a smaller resource class';
}
