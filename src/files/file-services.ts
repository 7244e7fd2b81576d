import type { NotebookServices } from '../notebooks/notebook-services.js';
import type { RepositoryServices } from '../repositories/repository-services.js';

/** What the commands on files need: the repository, and the index of its versions. */
export interface FileServices extends RepositoryServices, NotebookServices {}
