import type { RestRoute } from './route.js';
import { archiveRoutes } from './routes/archives.js';
import { commitRoutes } from './routes/commits.js';
import { commRoutes } from './routes/comms.js';
import { comparisonRoutes } from './routes/comparisons.js';
import { documentRoutes } from './routes/documents.js';
import { executionRoutes } from './routes/executions.js';
import { exportRoutes } from './routes/exports.js';
import { kernelProfileRoutes } from './routes/kernel-profiles.js';
import { kernelQuestionRoutes } from './routes/kernel-questions.js';
import { notebookRunRoutes } from './routes/notebook-runs.js';
import { rawFileRoutes } from './routes/raw-files.js';
import { repositoryRoutes } from './routes/repositories.js';
import { repositoryFileRoutes } from './routes/repository-files.js';
import { resourceClassRoutes } from './routes/resource-classes.js';
import { scheduleRoutes } from './routes/schedules.js';
import { searchRoutes } from './routes/search.js';
import { sessionRoutes } from './routes/sessions.js';
import { spaceEventRoutes } from './routes/space-events.js';
import { workerFileRoutes } from './routes/worker-files.js';
import { workerRoutes } from './routes/workers.js';
import { workspaceFileRoutes } from './routes/workspace-files.js';
import { workspaceRoutes } from './routes/workspaces.js';

/** The whole REST API. */
export const routes: RestRoute[] = [
  ...workspaceRoutes,
  ...workspaceFileRoutes,
  ...rawFileRoutes,
  ...commitRoutes,
  ...archiveRoutes,
  ...searchRoutes,
  ...exportRoutes,
  ...comparisonRoutes,
  ...repositoryRoutes,
  ...repositoryFileRoutes,
  ...documentRoutes,
  ...kernelProfileRoutes,
  ...resourceClassRoutes,
  ...workerRoutes,
  ...workerFileRoutes,
  ...sessionRoutes,
  ...kernelQuestionRoutes,
  ...commRoutes,
  ...executionRoutes,
  ...notebookRunRoutes,
  ...scheduleRoutes,
  ...spaceEventRoutes,
];
