import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { HttpBindings } from '@hono/node-server';
import { type DocumentNode, type GraphQLSchema, Kind } from 'graphql';
import type { Logger } from 'pino';
import { createRestApp } from '../../rest/app.js';
import * as operations from '../../rest/generated/operations.js';
import { schema } from '../../schema/index.js';
import type { Services } from '../../schema/services.js';
import { authenticate } from '../access/authenticate.js';
import { type AdminToken, ensureAdmin } from '../access/ensure-admin.js';
import type { Config } from '../config.js';
import type { RequestContext } from '../context.js';
import type { Database } from '../engines/database/database.js';
import { withDatabaseErrors } from '../engines/database/database-errors.js';
import { databaseId } from '../engines/database/database-id.js';
import { openDatabase } from '../engines/database/open-database.js';
import { EventBus } from '../engines/events/event-bus.js';
import { findNativeGit } from '../engines/git/find-native-git.js';
import { GitStore } from '../engines/git/git-store.js';
import { remoteLimits } from '../engines/git/remote-access.js';
import { parseJson, stringifyJson } from '../engines/nbformat/json.js';
import { withPlainTopLevelNumbers } from '../engines/nbformat/plain-top-level-numbers.js';
import { ExecutionIntake } from '../executions/execution-intake.js';
import { ExecutionLog } from '../executions/execution-log.js';
import { Executor } from '../executions/executor.js';
import { failOrphans } from '../executions/fail-orphans.js';
import { IdempotencyStore } from '../idempotency/idempotency-store.js';
import { BranchIndexer } from '../notebooks/versions/branch-indexer.js';
import { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import { Remotes } from '../remotes/remotes.js';
import { loadSecretsKey } from '../remotes/secrets-key.js';
import { MaintenanceRunner } from '../repositories/maintenance/maintenance-runner.js';
import { MaintenanceWatch } from '../repositories/maintenance/maintenance-watch.js';
import { GraphQLExecutor } from '../server/graphql/graphql-executor.js';
import { HttpServer } from '../server/http/http-server.js';
import { requestIdOf } from '../server/http/request-id.js';
import { SessionManager } from '../sessions/session-manager.js';
import { ResourceLocations } from '../subscriptions/resource-locations.js';
import { StreamGuard } from '../subscriptions/stream-guard.js';
import type { WorkerBackend } from '../workers/backend.js';
import { stopWorkspaceWorkers } from '../workers/stop-workspace-workers.js';
import { WorkerManager } from '../workers/worker-manager.js';
import { ensureDefaults } from './ensure-defaults.js';

/** A running gateway without its socket. */
export interface Gateway {
  services: Services;
  schema: GraphQLSchema;
  adminToken: AdminToken;
  /** Not listening yet. */
  server: Server;
  /** Stops taking requests, ends the streams, closes every client. Workers run on. */
  close(): Promise<void>;
}

/** What differs between a process and a test. */
export interface GatewayOptions {
  config: Config;
  log: Logger;
  migrationsDirectory: string;
  backends: WorkerBackend[];
  /** A database that is open already; closed with the gateway. */
  database?: Database;
  /** How long a new session is waited for, in milliseconds; default 120 s. */
  sessionStartTimeoutMs?: number;
}

/** Builds every part of the gateway, takes up what a former process left, and seeds what is missing. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, log } = options;
  const native = await findNativeGit();
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const database =
    options.database ??
    (await openDatabase({
      url: config.databaseUrl,
      pgliteDirectory: config.databaseUrl ? undefined : join(config.dataDir, 'database'),
      migrationsDirectory: options.migrationsDirectory,
    }));
  const { prisma } = database;
  const git = new GitStore({
    root: join(config.dataDir, 'repositories'),
    native,
    leases: database.leases,
    databaseId: await databaseId(prisma),
    report: (err) => log.error({ err }, 'the Git store failed in the background'),
  });
  await git.reconcile();
  const bus = new EventBus();
  const indexer = new BranchIndexer({ prisma, git, bus, leases: database.leases, log });
  const branches = new BranchWatcher({ git, indexer, log });
  const maintenance = new MaintenanceRunner({ prisma, git, bus, leases: database.leases, log });
  const maintenanceWatch = new MaintenanceWatch({ prisma, git, bus, runner: maintenance, log });
  const workers = new WorkerManager({
    prisma,
    git,
    bus,
    branches,
    log,
    directory: join(config.dataDir, 'workers'),
    backends: options.backends,
  });
  const sessions = new SessionManager({
    prisma,
    bus,
    workers,
    log,
    startTimeoutMs: options.sessionStartTimeoutMs,
  });
  const executionLog = new ExecutionLog({ prisma, bus, log });
  const executor = new Executor({ prisma, log, executionLog, kernels: sessions.kernels });
  const intake = new ExecutionIntake({ prisma, executor, executionLog, log });
  const remotes = new Remotes({
    prisma,
    git,
    bus,
    indexer,
    leases: database.leases,
    log,
    secretsKey: await loadSecretsKey(config.dataDir, config.secretsKey),
    allowed: config.remoteAllowedHosts,
    limits: { ...remoteLimits, bytes: config.maxPushBytes },
  });
  workers.onEnded((workerId, server) => sessions.workerEnded(workerId, server));
  const services: Services = {
    prisma,
    git,
    bus,
    indexer,
    maintenance,
    workers,
    sessions,
    executor,
    intake,
    executionLog,
    remotes,
    branches,
    locations: new ResourceLocations(prisma),
    streamGuard: new StreamGuard({ prisma, log }),
    stopWorkers: (workspaceId, statusReason) =>
      stopWorkspaceWorkers({ prisma, workers }, workspaceId, statusReason),
    log,
  };

  const adminToken = await ensureAdmin(prisma, config);
  await ensureDefaults(services, config);
  await failOrphans(services);
  await workers.adopt();
  for (const session of await prisma.session.findMany({
    where: { deletedAt: null, status: { not: 'dead' } },
  })) {
    await sessions.reopen(session);
  }

  const context = async (
    authorization: string | null | undefined,
    requestId: string,
  ): Promise<RequestContext> => ({
    actor: await authenticate(prisma, authorization).catch((error) => {
      throw withDatabaseErrors(error);
    }),
    requestId,
    spaces: new Map(),
  });
  const rest = createRestApp({
    executor: new GraphQLExecutor({ schema, services, documents: restDocuments() }),
    context: (headers, requestId) => context(headers.get('authorization'), requestId),
    schema,
    idempotency: new IdempotencyStore({ prisma }),
    json: { parse: (text) => withPlainTopLevelNumbers(parseJson(text)), stringify: stringifyJson },
    requestId: (connection) => requestIdOf((connection as HttpBindings).incoming),
    onInternalError: (err, requestId) => log.error({ err, requestId }, 'a request failed'),
  });
  const notReady = () =>
    prisma.$queryRaw`SELECT 1`.then(
      () => null,
      () => 'The database does not answer.',
    );
  const http = new HttpServer({
    rest,
    schema,
    services,
    context,
    config,
    log,
    notReady,
    gitVersion: native.version,
  });

  return {
    services,
    schema,
    adminToken,
    server: http.server,
    async close() {
      await http.close();
      executionLog.close();
      intake.close();
      maintenanceWatch.close();
      const ended = executor.close();
      await sessions.dispose();
      await ended;
      await maintenance.close();
      await indexer.close();
      await workers.close();
      await remotes.close();
      await git.close();
      await database.close();
    },
  };
}

/** The operations of REST, without the fragments that stand beside them. */
function restDocuments(): DocumentNode[] {
  return Object.values(operations).filter(({ definitions }) =>
    definitions.some((definition) => definition.kind === Kind.OPERATION_DEFINITION),
  );
}
