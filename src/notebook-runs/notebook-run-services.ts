import type { NotebookRunner } from './notebook-runner.js';
import type { RunningServices } from './running-services.js';

/** What the commands on runs of notebooks need. */
export type NotebookRunServices = RunningServices & { notebookRunner: NotebookRunner };
