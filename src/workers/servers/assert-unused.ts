import type { Prisma } from '../../../prisma/generated/client/client.js';
import { DomainError } from '../../errors.js';
import { liveStatuses } from '../worker-status.js';

/** Refuses a change of a server that live workers use. @throws DomainError `invalid_request` */
export async function assertUnused(tx: Prisma.TransactionClient, serverId: string): Promise<void> {
  const where = { jupyterServerId: serverId, status: { in: [...liveStatuses] } };
  if ((await tx.worker.count({ where })) === 0) return;
  throw new DomainError(
    'invalid_request',
    'Live workers use this Jupyter server; disable it (isEnabled: false) and stop them first.',
  );
}
