import { setTimeout as sleep } from 'node:timers/promises';
import type { Leases } from '../engines/database/leases.js';
import { DomainError } from '../errors.js';

const leaseName = 'first steps of a gateway';
const lookAgainMs = 200;
const maxWaitMs = 120_000;

/**
 * Runs the first steps of a gateway, while no other one on the same database runs them: at the first start of several, each
 * would find that the first user and the defaults are missing, and create them. Where nothing is missing, it waits for nobody,
 * because a process that is stopped while it runs them keeps the lease.
 * @param isSetUp whether the steps have nothing to create
 * @throws DomainError `storage_unavailable` when others have run them for 2 minutes; what `isSetUp` and `steps` throw
 */
export async function oneAfterAnother<T>(
  leases: Leases,
  isSetUp: () => Promise<boolean>,
  steps: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + maxWaitMs;
  while (!(await isSetUp())) {
    const lease = await leases.tryTake(leaseName);
    if (lease) return steps().finally(() => lease.release());
    if (performance.now() > deadline) throw new DomainError('storage_unavailable', waitedTooLong);
    await sleep(lookAgainMs);
  }
  return steps();
}

const waitedTooLong =
  'Other gateways on this database have been starting for 2 minutes; start this one again.';
