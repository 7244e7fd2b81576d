import { NotebookRunStatus } from '../prisma/generated/client/client.js';
import { parseJson } from '../src/engines/nbformat/json.js';
import { cancelRun } from '../src/notebook-runs/cancel-run.js';
import { listRunCells } from '../src/notebook-runs/list-run-cells.js';
import { listRuns } from '../src/notebook-runs/list-runs.js';
import { loadRun, type RunRow } from '../src/notebook-runs/load-run.js';
import { readRunNotebook } from '../src/notebook-runs/read-run-notebook.js';
import { runNotebook } from '../src/notebook-runs/run-notebook.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, pageArgsOf, readPage } from './connection.js';
import { largeValue } from './large-value.js';
import { needsRuntime } from './needs-runtime.js';
import { NotebookRunCellConnection } from './notebook-run-cell.js';
import { SaveFault } from './save-fault.js';
import { Space } from './space.js';

/** The states of a run of a notebook. */
export const NotebookRunStatusEnum = builder.enumType('NotebookRunStatus', {
  description: 'The states of a run of a notebook; all but `queued` and `running` are terminal.',
  values: {
    queued: { value: NotebookRunStatus.queued, description: 'Waits for other runs.' },
    running: { value: NotebookRunStatus.running, description: 'Its session starts, or its cells run.' },
    ok: { value: NotebookRunStatus.ok, description: 'All cells have run.' },
    error: { value: NotebookRunStatus.error, description: 'A cell raised an exception, which ended it.' },
    cancelled: {
      value: NotebookRunStatus.cancelled,
      description: 'It was cancelled, or its session was restarted or ended.',
    },
    timed_out: { value: NotebookRunStatus.timed_out, description: 'Its `timeoutSeconds` have passed.' },
    failed: {
      value: NotebookRunStatus.failed,
      description: 'Its session did not start, or its kernel stopped; see `error`.',
    },
  },
});

const faultOf = (code: string | null, detail: string | null) => (code && detail ? { code, detail } : null);

/** A run has no more cells. */
const cellPages = { defaultSize: 100, maxSize: 5_000 };

/** The object type of a run of a notebook. */
export const NotebookRunType = builder.objectRef<RunRow>('NotebookRun').implement({
  description:
    "The run of a notebook's cells, as they are at a commit, from the first to the last. It is kept for twice " +
    '`EXECUTION_RETENTION_DAYS` after its end, 14 days by default, with all that it did not save.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the run.' }),
    workspaceId: t.exposeID('workspaceId', { description: 'UUID of its workspace.' }),
    userId: t.exposeID('userId', { description: 'UUID of the user who started it.' }),
    path: t.exposeString('path', {
      description: 'The path of the notebook in the repository, e.g. `reports/daily.ipynb`.',
    }),
    ref: t.exposeString('ref', { description: 'The branch, tag or commit that was asked for.' }),
    commitSha: t.exposeString('commitOid', { description: 'The commit whose notebook is run.' }),
    parameters: t.field({
      type: 'JSON',
      description: 'The values that the cell with the tag `injected-parameters` sets.',
      resolve: ({ parameters }) => parseJson(parameters),
    }),
    kernelProfileId: t.exposeID('kernelProfileId', { description: 'The slug of the kernel profile.' }),
    kernelName: t.exposeString('kernelName', { description: "Jupyter's name of the kernel." }),
    sessionId: t.exposeID('sessionId', {
      nullable: true,
      description: 'The session that runs it; null until that is open.',
    }),
    timeoutSeconds: t.exposeFloat('timeoutSeconds', {
      nullable: true,
      description: 'The time for the whole run.',
    }),
    allowErrors: t.exposeBoolean('allowErrors', {
      description: 'Whether it goes on behind a cell that raises an exception.',
    }),
    status: t.expose('status', { type: NotebookRunStatusEnum, description: 'The state that it is in now.' }),
    error: t.field({
      type: SaveFault,
      nullable: true,
      description: 'Why it `failed`; null for every other status.',
      resolve: ({ errorCode, errorDetail }) => faultOf(errorCode, errorDetail),
    }),
    saveBranch: t.exposeString('saveBranch', {
      description: 'The branch on which the executed notebook is saved.',
    }),
    savePath: t.exposeString('savePath', {
      description: 'The path at which the executed notebook is saved.',
    }),
    scheduleId: t.exposeID('scheduleId', {
      nullable: true,
      description: 'The schedule that started it; null for a user, and when the schedule is deleted.',
    }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the schedule had it due.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the request for it came.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
    cells: t.field({
      type: NotebookRunCellConnection,
      description: 'The code cells that it runs, in their order.',
      args: pageArgsOf(cellPages),
      resolve: ({ id }, args, { services, ctx }) =>
        readPage(args, listRunCells(services, ctx, id), cellPages),
    }),
    notebook: t.field({
      type: 'JSON',
      description: 'The notebook with the outputs until now, also where it could not be saved.',
      resolve: async (run, _args, context, info) => {
        const { services, ctx } = context;
        return (await largeValue(info, () => readRunNotebook(services, ctx, run))).notebook;
      },
    }),
  }),
});

/** What became of its outputs. */
builder.objectFields(NotebookRunType, (t) => ({
  savedCommitSha: t.exposeString('savedCommitOid', {
    nullable: true,
    description: 'The commit with the executed notebook; null where it is not saved.',
  }),
  saveError: t.field({
    type: SaveFault,
    nullable: true,
    description:
      'Why the executed notebook was not saved, e.g. `base_sha_conflict` when the file has moved on; `notebook` has it then.',
    resolve: ({ saveErrorCode, saveErrorDetail }) => faultOf(saveErrorCode, saveErrorDetail),
  }),
  truncatedCells: t.intList({
    nullable: true,
    description:
      'The indexes of the cells whose outputs are not whole in the executed notebook, because they were cut or lost: the log of ' +
      'the execution of each has an `output_lost` that says why, or they are cut in the notebook only, whose outputs have about ' +
      '50 MB in all. Null until the run has ended, and where it has no executed notebook.',
    resolve: ({ truncatedCells }) => truncatedCells as number[] | null,
  }),
}));

const NotebookRunConnection = connectionType('NotebookRun', NotebookRunType);

builder.objectFields(Space, (t) => ({
  notebookRuns: t.field({
    type: NotebookRunConnection,
    description: 'The runs in the workspaces that the caller can view, newest first.',
    args: { ...pageArgs, workspaceId: t.arg.id({ description: 'Only those of this workspace.' }) },
    resolve: (space, args, { services, ctx }) =>
      readPage(args, listRuns(services, ctx, space.slug, { workspaceId: args.workspaceId ?? undefined })),
  }),
  notebookRun: t.field({
    type: NotebookRunType,
    description: 'One run; needs `canView` in its workspace.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the run.' }) },
    resolve: async (space, { id }, { services, ctx }) =>
      (await loadRun(services, ctx, id, { spaceSlug: space.slug })).run,
  }),
}));

/** The input type of where executed notebooks are saved. */
export const SaveToInput = builder.inputType('SaveToInput', {
  description: 'Where an executed notebook is saved.',
  fields: (t) => ({
    branch: t.string({
      description: "Default the branch that is run; for a tag or a commit the workspace's branch.",
    }),
    path: t.string({ description: 'Default the path that is run.' }),
  }),
});

const RunNotebookInput = builder.inputType('RunNotebookInput', {
  description: 'A notebook to run; all but the workspace and the path have defaults.',
  fields: (t) => ({
    workspaceId: t.id({ required: true, description: 'UUID of a workspace of the space.' }),
    path: t.string({ required: true, description: 'The notebook: relative, `/`-separated.' }),
    ref: t.string({ description: "A branch, tag or commit sha; default the workspace's branch." }),
    parameters: t.field({
      type: 'JSON',
      description:
        'An object of values by name, as with papermill: a cell behind the one with the tag `parameters` sets them. For kernels ' +
        'of Python, R and Julia.',
    }),
    firstCell: t.int({ description: 'The index of the first cell that is run, from 0; default 0.' }),
    lastCell: t.int({ description: 'The index of the last cell that is run; default the end.' }),
    saveTo: t.field({
      type: SaveToInput,
      description:
        'Where the executed notebook is saved, unless the file there changes meanwhile; default at its own path.',
    }),
    kernelProfileId: t.id({
      description: "Default the profile of the notebook's kernel, or the default profile.",
    }),
    sessionId: t.id({
      description: 'A session of the workspace that runs it; default one of its own, which ends with it.',
    }),
    timeoutSeconds: t.float({ description: 'Ends the run after so many seconds; default no limit.' }),
    allowErrors: t.boolean({
      description:
        'Whether the run goes on behind a cell that raises an exception, as it does behind one with the tag ' +
        '`raises-exception`; default false.',
    }),
    runId: t.id({
      description: "A UUID of the client's: sent again, the answer is that run, and nothing runs twice.",
    }),
  }),
});

builder.mutationFields((t) => ({
  runNotebook: t.field({
    type: NotebookRunType,
    extensions: needsRuntime,
    description:
      'Queues the run of a notebook and returns immediately. It needs no client: follow it with `notebookRunEvents`. After ' +
      '`ok`, `error` and `timed_out` the executed notebook is saved. Needs the scopes `execute` and `write`, and `canEdit`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      input: t.arg({ type: RunNotebookInput, required: true, description: 'What to run, and how.' }),
    },
    resolve: (_root, { spaceSlug, input }, { services, ctx }) => runNotebook(services, ctx, spaceSlug, input),
  }),
  cancelNotebookRun: t.field({
    type: NotebookRunType,
    description:
      'Interrupts the cell that runs, and ends the run as `cancelled` soon after. Needs the scope `execute`.',
    args: {
      id: t.arg.id({ required: true, description: 'UUID of the run.' }),
      spaceSlug: t.arg.string({ description: 'The space that it must belong to; default any.' }),
    },
    resolve: (_root, { id, spaceSlug }, { services, ctx }) =>
      cancelRun(services, ctx, id, { spaceSlug: spaceSlug ?? undefined }),
  }),
}));
