import type { Logger } from 'pino';
import type { RuntimeLimits } from '../config.js';
import type { OwnerTarget } from '../engines/database/owner-target.js';
import type { EventBus } from '../engines/events/event-bus.js';
import type { GitStore } from '../engines/git/git-store.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { CheckoutTokens } from '../git-access/checkout-tokens.js';
import type { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import type { WorkerBackend } from './backend.js';

/** What a `WorkerManager` works with. */
export interface WorkerManagerDeps extends OwnerTarget {
  git: GitStore;
  bus: EventBus;
  branches: BranchWatcher;
  log: Logger;
  checkoutTokens: CheckoutTokens;
  /** Absolute path; it holds one folder for each worker. */
  directory: string;
  /** The first that can run a profile runs it. */
  backends: WorkerBackend[];
  limits: RuntimeLimits;
  /** Milliseconds between two checks of the ages of workers; default 10 s. */
  expiryCheckMs?: number;
  /** Milliseconds between two looks for servers that belong to no worker; default 1 minute. */
  sweepMs?: number;
}

/** Is called, and waited for, when a worker that an earlier process started has become a live one of this process. */
export type WorkerAdoptedListener = (
  workerId: string,
  server: { endpoint: JupyterEndpoint; isOwn: boolean },
) => Promise<void>;
