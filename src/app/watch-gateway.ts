import type { Services } from '../../schema/services.js';
import type { Database } from '../engines/database/database.js';
import type { GatewayMetrics } from '../metrics/gateway-metrics.js';
import type { RuntimeOwnership } from '../runtime/runtime-ownership.js';
import type { HttpServer } from '../server/http/http-server.js';

/** What {@link watchGateway} reads. */
export interface WatchedGateway {
  database: Pick<Database, 'prisma' | 'pool'>;
  services: Pick<Services, 'bus' | 'executor'>;
  ownership: RuntimeOwnership;
  http: HttpServer;
}

/**
 * Adds what is read when it is asked for to the metrics, and counts the changes of branches. Workers and kernels are counted in
 * the database, so each of several gateways reports all of them; everything else is of this process.
 * @returns a function that ends the counting
 */
export function watchGateway(metrics: GatewayMetrics, watched: WatchedGateway): () => void {
  const { database, services, ownership, http } = watched;
  const { pool } = database;
  pool.onUsed = (use) => metrics.connectionUsed(use);
  addRuntimeGauges(metrics, watched);
  metrics.addGauge({
    name: 'open_answers',
    help: 'Answers that are being written, streams of events and others, and open WebSockets.',
    labels: ['kind'],
    read: () => [
      labelled({ kind: 'stream' }, http.open.streams),
      labelled({ kind: 'other' }, http.open.others),
      labelled({ kind: 'socket' }, http.open.sockets),
    ],
  });
  metrics.addGauge({
    name: 'database_connections',
    help: 'Connections to the database: used, and the maximum; and how many queries wait for one.',
    labels: ['state'],
    read: () => Object.entries(pool.load).map(([state, value]) => labelled({ state }, value)),
  });
  metrics.addGauge({
    name: 'database_up',
    help: '1 while the database answers.',
    read: () => database.prisma.$queryRaw`SELECT 1`.then(() => [labelled({}, 1)]),
    otherwise: [labelled({}, 0)],
  });
  metrics.addGauge({
    name: 'owns_runtime',
    help: '1 where this gateway runs the kernels.',
    read: () => [labelled({}, ownership.isOwner ? 1 : 0)],
  });
  const unsubscribe = services.bus.subscribe('commit', 'here', () => metrics.branchUpdated());
  return () => {
    unsubscribe();
    pool.onUsed = () => {};
  };
}

function addRuntimeGauges(metrics: GatewayMetrics, { database: { prisma }, services }: WatchedGateway): void {
  const { executor } = services;
  metrics.addGauge({
    name: 'executions',
    help: 'Executions of this gateway that have not ended: those that wait, and those in their kernels.',
    labels: ['state'],
    read: () => Object.entries(executor.load).map(([state, value]) => labelled({ state }, value)),
  });
  metrics.addGauge({
    name: 'workers',
    help: 'Live workers of the installation.',
    labels: ['backend', 'status'],
    async read() {
      const status = { in: ['starting' as const, 'ready' as const, 'busy' as const, 'stopping' as const] };
      const groups = await prisma.worker.groupBy({
        by: ['backend', 'status'],
        where: { status },
        _count: true,
      });
      return groups.map((group) => labelled({ backend: group.backend, status: group.status }, group._count));
    },
  });
  metrics.addGauge({
    name: 'kernels',
    help: 'Sessions of the installation on live workers.',
    labels: ['status'],
    async read() {
      const worker = { status: { in: ['starting' as const, 'ready' as const, 'busy' as const] } };
      const groups = await prisma.session.groupBy({
        by: ['status'],
        where: { deletedAt: null, worker },
        _count: true,
      });
      return groups.map((group) => labelled({ status: group.status }, group._count));
    },
  });
}

function labelled(labels: Record<string, string>, value: number) {
  return { labels, value };
}
