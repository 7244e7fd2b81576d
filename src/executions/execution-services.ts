import type { PrismaService } from '../engines/database/prisma-service.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import type { ExecutionIntake } from './execution-intake.js';
import type { ExecutionLog } from './execution-log.js';
import type { Executor } from './executor.js';
import type { OutputsSaver } from './outputs-saver.js';

/** What the commands on executions need. */
export interface ExecutionServices extends PrismaService {
  executor: Executor;
  intake: ExecutionIntake;
  executionLog: ExecutionLog;
  outputsSaver: OutputsSaver;
  workers: WorkerManager;
}
