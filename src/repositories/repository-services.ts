import type { PrismaService } from '../engines/database/prisma-service.js';
import type { GitStore } from '../engines/git/git-store.js';

/** What the commands on repositories and branches need. */
export interface RepositoryServices extends PrismaService {
  git: GitStore;
}
