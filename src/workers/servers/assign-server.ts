import type { Prisma } from '../../../prisma/generated/client/client.js';
import { DomainError } from '../../errors.js';
import { chooseServer } from './choose-server.js';
import { lockServers } from './lock-servers.js';
import type { ServerSource } from './server-source.js';

/**
 * Chooses the server of a new worker, in the transaction that inserts the worker's row, so that no server gets more
 * workers than its capacity. It counts what the last probe of each server found, and probes none.
 * @returns the id of the server
 * @throws DomainError `runtime_unavailable` when no server can take it
 */
export async function assignServer(
  tx: Prisma.TransactionClient,
  source: ServerSource,
  kernelName: string,
): Promise<string> {
  await lockServers(tx);
  const servers = await source.list(tx);
  const states = new Map(servers.map((server) => [server.id, source.health.known(server)]));
  const chosen = chooseServer(servers, states, await source.liveWorkers(tx), kernelName);
  if (typeof chosen !== 'string') return chosen.id;
  throw new DomainError('runtime_unavailable', chosen);
}
