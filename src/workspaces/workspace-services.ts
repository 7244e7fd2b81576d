import type { PrismaService } from '../engines/database/prisma-service.js';
import type { EventBus } from '../engines/events/event-bus.js';
import type { GitStore } from '../engines/git/git-store.js';

/** What the commands on workspaces need. */
export interface WorkspaceServices extends PrismaService {
  git: GitStore;
  bus: EventBus;
}

/** What `archiveWorkspace` needs. */
export interface ArchiveServices extends WorkspaceServices {
  /** Stops the live workers of a workspace. Resolves when all have the status `stopped` or `failed`. */
  stopWorkers(workspaceId: string, statusReason: string, userId: string): Promise<void>;
}
