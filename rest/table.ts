import type { RestRoute } from './route.js';
import { documentRoutes } from './routes/documents.js';
import { executionRoutes } from './routes/executions.js';
import { fileRoutes } from './routes/files.js';
import { runtimeRoutes } from './routes/runtime.js';
import { workspaceRoutes } from './routes/workspaces.js';

/** The whole REST API. */
export const routes: RestRoute[] = [
  ...workspaceRoutes,
  ...fileRoutes,
  ...documentRoutes,
  ...runtimeRoutes,
  ...executionRoutes,
];
