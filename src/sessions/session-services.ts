import type { Logger } from 'pino';
import type { EventBus } from '../engines/events/event-bus.js';
import type { Cancellation } from '../workers/cancellation.js';
import type { WorkerServices } from '../workers/worker-services.js';
import type { SessionManager } from './session-manager.js';

/** What the commands on sessions need. */
export interface SessionServices extends WorkerServices {
  bus: EventBus;
  sessions: SessionManager;
  executor: ExecutionQueues;
  log: Logger;
}

/** The queues of the sessions' executions, as far as commands on sessions change them. */
export interface ExecutionQueues {
  /** Ends all queued executions of a session. The one that runs ends with its kernel, for the same reason. */
  clear(sessionId: string, end: { cancelled: Cancellation }): Promise<void>;
  /** The kernel has ended, for what {@link clear} was given: what it ran is ended where no connection would notice. */
  kernelEnded(sessionId: string): Promise<void>;
  /** The kernel was not ended after all: the running execution goes on, and is not marked as cancelled. */
  withdrawCancellation(sessionId: string, cancelled: Cancellation): void;
}
