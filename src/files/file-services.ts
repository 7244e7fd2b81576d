import type { NotebookServices } from '../notebooks/notebook-services.js';
import type { RepositoryServices } from '../repositories/repository-services.js';

/** What the commands on files need: the Git store, and the index of notebooks and versions. */
export interface FileServices extends RepositoryServices, NotebookServices {}
