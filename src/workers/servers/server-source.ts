import type { Prisma } from '../../../prisma/generated/client/client.js';
import type { RegisteredServer } from './registered-server.js';
import type { ServerHealth } from './server-health.js';

/** The servers that workers may share, and what is known of them. */
export interface ServerSource {
  /** All servers, the disabled ones too. @param tx a transaction to read in */
  list(tx?: Prisma.TransactionClient): Promise<RegisteredServer[]>;
  /** The number of live workers by the id of the server. @param tx a transaction to read in */
  liveWorkers(tx?: Prisma.TransactionClient): Promise<ReadonlyMap<string, number>>;
  health: ServerHealth;
}
