import type { Logger } from 'pino';
import type { EventBus } from '../engines/events/event-bus.js';
import type { WorkerServices } from '../workers/worker-services.js';
import type { SessionManager } from './session-manager.js';

/** What the commands on sessions need. */
export interface SessionServices extends WorkerServices {
  bus: EventBus;
  sessions: SessionManager;
  executor: SessionQueue;
  log: Logger;
}

/** The queue of a session's executions, as far as commands on the session change it. */
export interface SessionQueue {
  /** Ends what runs and what is queued in a session. */
  clear(sessionId: string, ending: { status: 'cancelled' }): Promise<void>;
}
