import { setTimeout as sleep } from 'node:timers/promises';
import type { Leases } from '../engines/database/leases.js';
import { DomainError } from '../errors.js';

const leaseName = 'first steps of a gateway';
const lookAgainMs = 200;
const maxWaitMs = 120_000;

/**
 * Runs the first steps of a gateway, while no other one on the same database runs them: at the first start of several, each
 * would find that the first user and the defaults are missing, and create them.
 * @throws DomainError `storage_unavailable` when others have run them for 2 minutes; what `steps` throws
 */
export async function oneAfterAnother<T>(leases: Leases, steps: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + maxWaitMs;
  let lease = await leases.tryTake(leaseName);
  while (!lease) {
    if (performance.now() > deadline) throw new DomainError('storage_unavailable', waitedTooLong);
    await sleep(lookAgainMs);
    lease = await leases.tryTake(leaseName);
  }
  try {
    return await steps();
  } finally {
    await lease.release();
  }
}

const waitedTooLong =
  'Other gateways on this database have been starting for 2 minutes; start this one again.';
