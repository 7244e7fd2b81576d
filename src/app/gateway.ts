import type { Server } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { schema } from '../../schema/index.js';
import type { Services } from '../../schema/services.js';
import { type AdminToken, ensureAdmin, hasAdmin } from '../access/ensure-admin.js';
import { EventLink } from '../engines/events/event-link.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { createHttpServer, type HttpServerOptions } from './create-http-server.js';
import { createServices, type ServiceOptions } from './create-services.js';
import { ensureDefaults, hasDefaults } from './ensure-defaults.js';
import { oneAfterAnother } from './one-after-another.js';
import { openStores, type StoreOptions } from './open-stores.js';
import { Readiness } from './readiness.js';
import { resumeWork } from './resume-work.js';
import { routeOperations } from './route-operations.js';
import { watchGateway } from './watch-gateway.js';

/** A running gateway; its server is not listening yet. */
export interface Gateway {
  services: Services;
  schema: GraphQLSchema;
  adminToken: AdminToken;
  server: Server;
  metrics: GatewayMetrics;
  /** From now on `/readyz` answers 503, so that proxies send new requests elsewhere; they are still served. */
  drain(): void;
  /** Stops accepting requests, ends the streams, and closes the services and stores. Workers continue to run. */
  close(): Promise<void>;
}

/** What {@link openGateway} needs; tests set it otherwise than a process does. */
export interface GatewayOptions
  extends StoreOptions,
    Omit<ServiceOptions, 'metrics'>,
    Pick<HttpServerOptions, 'bodyLimits' | 'unreadLimits'> {
  /** The built pages; default `dist/web` in the working directory. */
  webDirectory?: string;
  /** Called when another gateway has taken over the kernels that this one ran: the streams end, and the process must. */
  onLost?(): void;
}

/**
 * Opens the stores, and creates the services and missing defaults. When no other gateway runs the kernels, resumes the work
 * of the previous process; else that happens when the other one has ended.
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, log, bodyLimits, unreadLimits, webDirectory = 'dist/web' } = options;
  const metrics = new GatewayMetrics();
  const stores = await openStores(options);
  const { leases, notifications } = stores.database;
  const { services, ownership, forwarder, close } = await createServices(stores, { ...options, metrics });
  const link = notifications && new EventLink(services.bus, notifications());
  await link?.open();
  const { prisma } = services;
  const isSetUp = async () => (await hasAdmin(prisma, config)) && (await hasDefaults(prisma, config));
  const adminToken = await oneAfterAnother(leases, isSetUp, async () => {
    const token = await ensureAdmin(prisma, config);
    await ensureDefaults(services, config);
    return token;
  });
  const operations = routeOperations(services, stores.database, { ownership, forwarder });
  const { router } = operations;
  const { gitVersion } = stores;
  const readiness = new Readiness({ prisma, dataDir: config.dataDir });
  const notReady = () => readiness.check();
  const http = createHttpServer(services, {
    ...{ config, log, metrics, gitVersion, router, bodyLimits, unreadLimits, webDirectory, notReady },
  });
  const unwatch = watchGateway(metrics, { database: stores.database, services, ownership, http });
  await ownership.begin({
    resume: () => resumeWork(services),
    lost() {
      void http.close();
      options.onLost?.();
    },
  });
  return {
    services,
    schema,
    adminToken,
    server: http.server,
    metrics,
    drain: () => readiness.drain(),
    async close() {
      readiness.drain();
      await http.close();
      await operations.stop();
      await close();
      unwatch();
      await operations.close();
      await ownership.close();
      await link?.close();
      await stores.git.close();
      await stores.database.close();
    },
  };
}
