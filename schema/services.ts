import type { CatalogServices } from '../src/catalog/catalog-services.js';
import type { ExecutionServices } from '../src/executions/execution-services.js';
import type { ArchiveFileServices } from '../src/files/archives/stream-archive.js';
import type { BlameServices } from '../src/files/blame-cells.js';
import type { CompareServices } from '../src/files/compare/compare-refs.js';
import type { FileServices } from '../src/files/file-services.js';
import type { SearchServices } from '../src/files/search/search-files.js';
import type { StreamFileServices } from '../src/files/stream-file.js';
import type { GitAccessServices } from '../src/git-access/git-access-services.js';
import type { NotebookRunServices } from '../src/notebook-runs/notebook-run-services.js';
import type { RemoteServices } from '../src/remotes/remote-services.js';
import type { MaintenanceServices } from '../src/repositories/maintenance/maintenance-services.js';
import type { ScheduleServices } from '../src/schedules/schedule-services.js';
import type { Scheduler } from '../src/schedules/scheduler.js';
import type { SessionServices } from '../src/sessions/session-services.js';
import type { SpaceServices } from '../src/spaces/space-services.js';
import type { SubscriptionServices } from '../src/subscriptions/subscription-services.js';
import type { CommServices } from '../src/subscriptions/watch-comms.js';
import type { PresenceServices } from '../src/subscriptions/watch-presence.js';
import type { SpaceEventServices } from '../src/subscriptions/watch-space-events.js';
import type { WorkerFileServices } from '../src/workers/load-worker-files.js';
import type { JupyterServerServices } from '../src/workers/servers/jupyter-server-services.js';
import type { ArchiveServices, WorkspaceServices } from '../src/workspaces/workspace-services.js';

/** All services that resolvers hand to commands; each command's own type names the few that it needs. */
export type Services = SpaceServices &
  CatalogServices &
  WorkspaceServices &
  ArchiveServices &
  FileServices &
  ArchiveFileServices &
  StreamFileServices &
  SearchServices &
  BlameServices &
  CompareServices &
  GitAccessServices &
  MaintenanceServices &
  RemoteServices &
  JupyterServerServices &
  SessionServices &
  WorkerFileServices &
  ExecutionServices &
  NotebookRunServices &
  ScheduleServices & { scheduler: Scheduler } & SubscriptionServices &
  SpaceEventServices &
  PresenceServices &
  CommServices;
