import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { WorkerBackend } from './backend.js';
import type { WorkerActivity } from './worker-activity.js';
import type { WorkerFailure } from './worker-failure.js';

/** The server of a worker that a backend runs. */
export interface WorkerServer {
  backend: WorkerBackend;
  /** Where its Jupyter answers; absent until the worker is ready. */
  endpoint?: JupyterEndpoint;
}

/** A worker that this process starts or runs. */
export interface LiveWorker extends WorkerServer {
  activity: WorkerActivity;
  /** What its start did last, in a few words. */
  lastStep: string;
  /** Why its server ended during its start, which may not need the server any more and so would not notice. */
  ended?: WorkerFailure | undefined;
  /** Aborts its start. */
  starting: AbortController;
  /** Resolves, and never rejects, when its start has succeeded or failed and does nothing any more. */
  started?: Promise<void>;
}
