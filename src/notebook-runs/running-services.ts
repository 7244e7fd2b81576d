import type { OwnerTarget } from '../engines/database/owner-target.js';
import type { ExecutionServices } from '../executions/execution-services.js';
import type { FileServices } from '../files/file-services.js';
import type { SessionServices } from '../sessions/session-services.js';

/** What a run of a notebook works with. */
export type RunningServices = SessionServices & ExecutionServices & FileServices & OwnerTarget;
