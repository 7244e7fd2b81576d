import type { NotebookThreads } from '../engines/nbformat/threads/notebook-threads.js';
import type { NotebookServices } from '../notebooks/notebook-services.js';
import type { RepositoryServices } from '../repositories/repository-services.js';

/** What the commands on files need: the Git store, the index of notebooks and versions, and threads for large notebooks. */
export interface FileServices extends RepositoryServices, NotebookServices {
  notebookThreads: NotebookThreads;
}
