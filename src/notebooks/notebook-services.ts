import type { PrismaService } from '../engines/database/prisma-service.js';
import type { BranchIndexer } from './versions/branch-indexer.js';

/** The services of commands that read the index of files and versions. */
export interface NotebookServices extends PrismaService {
  indexer: BranchIndexer;
}
