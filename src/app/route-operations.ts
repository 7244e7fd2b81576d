import { schema } from '../../schema/index.js';
import type { Services } from '../../schema/services.js';
import type { Database } from '../engines/database/database.js';
import type { OperationForwarder } from '../runtime/operation-forwarder.js';
import { OperationRunner } from '../runtime/operation-runner.js';
import type { RuntimeOwnership } from '../runtime/runtime-ownership.js';
import { OperationRouter } from '../server/graphql/operation-router.js';

/** Executes the operations of this gateway's callers, and those that other gateways forward. */
export interface RoutedOperations {
  router: OperationRouter;
  /** Begins nothing more for other gateways, and refuses what waits for one. Before the services are closed. */
  stop(): Promise<void>;
  /** Waits for what was begun. After the services were closed. */
  close(): Promise<void>;
}

/** Connects what executes operations with the owner of the runtime. An embedded database has no other gateways. */
export function routeOperations(
  services: Services,
  { kind }: Database,
  { ownership, forwarder }: { ownership: RuntimeOwnership; forwarder: OperationForwarder },
): RoutedOperations {
  const { prisma, bus, log } = services;
  const router = new OperationRouter({ schema, services, ownership, forwarder });
  const runner = new OperationRunner({
    ...{ prisma, bus, log, ownership },
    execute: (request) => router.executeForwarded(request),
  });
  if (kind === 'postgresql') runner.begin();
  return {
    router,
    async stop() {
      await runner.stop();
      await forwarder.close();
    },
    close: () => runner.close(),
  };
}
