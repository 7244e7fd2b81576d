import { RunCellsDocument } from '../../generated/notebook.js';
import { newUuid } from '../random-ids.js';
import { NotebookKernel } from './kernel/notebook-kernel.js';
import { type CellRun, NotebookRuns } from './kernel/notebook-runs.js';
import { outputsAreSaved, requestRun } from './kernel/run-request.js';
import { changeCell } from './model/edit-cells.js';
import type { Cell } from './model/notebook.js';
import { NotebookDraft, type StoredNotebook } from './model/notebook-draft.js';
import { NotebookWidgets } from './output/widgets/notebook-widgets.js';
import { type ApiRequests, messageOf } from './storage/api-requests.js';
import { AutoSave } from './storage/auto-save.js';
import { FileFollower } from './storage/file-follower.js';
import { fileStorage, notebookFormat } from './storage/file-storage.js';
import type { PageFile } from './storage/page-file.js';

/** This many cells are queued together. */
const maxBatch = 500;

const isRunnable = (cell: Cell) => cell.cell_type === 'code' && cell.source.trim() !== '';

/**
 * An open notebook: the draft of its cells, the runs of its cells and its kernels, kept together. A cell is saved before it runs,
 * and the gateway saves its outputs at the end of the run, so that they are kept also when the page is closed meanwhile.
 */
export class NotebookModel {
  readonly page: PageFile;
  readonly draft: NotebookDraft;
  readonly file: FileFollower;
  readonly runs: NotebookRuns;
  readonly kernel: NotebookKernel;
  readonly widgets: NotebookWidgets;
  readonly canEdit: boolean;
  readonly #api: ApiRequests;
  readonly #autoSave: AutoSave;
  #stop: (() => void)[] = [];
  #isClosed = false;
  /** Runs are asked for one after the other, in the order in which the user asked. */
  #requests: Promise<unknown> = Promise.resolve();
  #knownOutputs = new Map<string, Cell['outputs']>();

  constructor(api: ApiRequests, page: PageFile, stored: StoredNotebook, canEdit: boolean) {
    this.#api = api;
    this.page = page;
    this.canEdit = canEdit;
    this.file = new FileFollower(api, page);
    this.draft = new NotebookDraft(
      stored,
      fileStorage(api, this.file, notebookFormat, () => this.#isClosed),
    );
    this.runs = new NotebookRuns(api, (run) => void this.#keepOutputs(run));
    this.kernel = new NotebookKernel(api, page, (execution) => this.runs.see(execution));
    this.widgets = new NotebookWidgets(api, this.kernel, page.slug);
    this.#autoSave = new AutoSave(this.draft);
  }

  /** The API, for panels that read more of the notebook. */
  get api(): ApiRequests {
    return this.#api;
  }

  /** Begins to follow the file and its kernels. */
  start(): void {
    this.kernel.start();
    this.#stop = [this.file.start(this.draft), this.draft.subscribe(() => this.#noticeOutputs())];
    if (this.canEdit) this.#stop.push(this.#autoSave.start());
  }

  /** Ends the following; what is unsaved is saved. */
  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stop) stop();
    this.#stop = [];
    this.widgets.close();
    this.kernel.close();
    this.runs.close();
  }

  /** Runs a code cell: what is unsaved is saved first. Other cells are not run. */
  run(cellId: string): Promise<void> {
    const cell = this.draft.state.notebook.cells.find(({ id }) => id === cellId);
    if (!cell || !isRunnable(cell)) return Promise.resolve();
    const executionId = newUuid();
    this.runs.begin({ executionId, cellId, sessionId: '' });
    const request = this.#requests.then(() => this.#request(cellId, executionId));
    this.#requests = request;
    return request;
  }

  /** Runs all code cells from the first one, queued together: an error ends those after it. The page keeps their outputs. */
  runAll(): Promise<void> {
    const { cells } = this.draft.state.notebook;
    const runs = cells
      .flatMap((cell, cellIndex) => (isRunnable(cell) ? [{ cell, cellIndex }] : []))
      .slice(0, maxBatch)
      .map(({ cell, cellIndex }) => ({ executionId: newUuid(), cellId: cell.id, cellIndex }));
    if (runs.length === 0) return Promise.resolve();
    for (const { executionId, cellId } of runs) this.runs.begin({ executionId, cellId, sessionId: '' });
    const request = this.#requests.then(() => this.#requestAll(runs));
    this.#requests = request;
    return request;
  }

  async #requestAll(runs: { executionId: string; cellId: string; cellIndex: number }[]): Promise<void> {
    try {
      const [sessionId] = await Promise.all([this.kernel.open(), this.draft.save()]);
      const sources = new Map(this.draft.state.notebook.cells.map(({ id, source }) => [id, source]));
      const cells = runs.map(({ cellId, cellIndex }) => ({
        cellId,
        cellIndex,
        code: sources.get(cellId) ?? '',
      }));
      const variables = { spaceSlug: this.page.slug, sessionId, input: { cells } };
      const { executions } = (await this.#api.mutate(RunCellsDocument, variables)).executeCells;
      for (const [index, execution] of executions.entries())
        this.runs.confirm(runs[index]!.executionId, execution);
    } catch (error) {
      for (const { cellId, executionId } of runs) this.runs.fail(cellId, executionId, messageOf(error));
    }
  }

  async #request(cellId: string, executionId: string): Promise<void> {
    try {
      const [sessionId] = await Promise.all([this.kernel.open(), this.draft.save()]);
      const { cells } = this.draft.state.notebook;
      const cellIndex = cells.findIndex(({ id }) => id === cellId);
      if (cellIndex < 0) return this.runs.forget(cellId);
      const request = { executionId, sessionId, cellId, cellIndex, code: cells[cellIndex]!.source };
      this.runs.see(await requestRun(this.#api, this.page.slug, request));
    } catch (error) {
      if (!this.runs.knows(executionId)) this.runs.fail(cellId, executionId, messageOf(error));
    }
  }

  /** Where the gateway could not save the outputs of a run, because its cell was edited meanwhile, the draft gets them. */
  async #keepOutputs(run: CellRun): Promise<void> {
    const { executionId, cellId, finalOutputs } = run;
    const hasRun = run.state.executionCount !== null;
    if (!hasRun || !finalOutputs || (await outputsAreSaved(this.#api, this.page.slug, executionId))) return;
    if (this.runs.get(cellId)?.executionId !== executionId) return;
    const outputs = { outputs: finalOutputs, execution_count: run.state.executionCount };
    this.draft.edit((notebook) => ({ ...notebook, cells: changeCell(notebook.cells, cellId, outputs) }));
  }

  /** Where the outputs of a cell in the file became others, they replace those of its last run. */
  #noticeOutputs(): void {
    const before = this.#knownOutputs;
    const { cells } = this.draft.state.notebook;
    this.#knownOutputs = new Map(cells.map(({ id, outputs }) => [id, outputs]));
    for (const { id, outputs } of cells)
      if (before.has(id) && before.get(id) !== outputs) this.runs.fileChanged(id, outputs);
  }
}
