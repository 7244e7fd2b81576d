import type { Logger } from 'pino';
import type { PrismaClient } from '../prisma/generated/client/client.js';
import type { Actor } from './access/authenticate.js';
import type { SpaceAccess } from './access/space-access.js';
import type { EventBus } from './engines/events/event-bus.js';
import type { GitStore } from './engines/git/git-store.js';
import type { ExecutionIntake } from './executions/execution-intake.js';
import type { ExecutionLog } from './executions/execution-log.js';
import type { Executor } from './executions/executor.js';
import type { BranchIndexer } from './notebooks/versions/branch-indexer.js';
import type { Remotes } from './remotes/remotes.js';
import type { MaintenanceRunner } from './repositories/maintenance/maintenance-runner.js';
import type { SessionManager } from './sessions/session-manager.js';
import type { Streams } from './subscriptions/streams.js';
import type { WorkerManager } from './workers/worker-manager.js';

/** What the system is made of; built once in `app/gateway.ts` and handed to every command. */
export interface Services {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  indexer: BranchIndexer;
  maintenance: MaintenanceRunner;
  workers: WorkerManager;
  sessions: SessionManager;
  executor: Executor;
  intake: ExecutionIntake;
  executionLog: ExecutionLog;
  remotes: Remotes;
  streams: Streams;
  log: Logger;
}

/** Who is asking, and the services that answer; one per request or subscription. */
export interface RequestContext {
  actor: Actor;
  /** Also in the answer's `X-Request-Id` and in the log line. */
  requestId: string;
  services: Services;
  /** The caller's standing in the spaces that this request touched; filled by `loadSpace`. */
  spaces: Map<string, Promise<SpaceAccess | null>>;
}
