import type { PrismaService } from '../engines/database/prisma-service.js';
import type { BranchIndexer } from './versions/branch-indexer.js';

/** What reads of the index of versions need. */
export interface NotebookServices extends PrismaService {
  indexer: BranchIndexer;
}
