import {
  CancelNotebookRunDocument,
  FindNotebookRunDocument,
  GetNotebookRunDocument,
  ListNotebookRunsDocument,
  RunNotebookDocument,
} from '../generated/operations.js';
import { offsetOf } from '../payloads/lists.js';
import { listRunsQuery, runNotebookBody } from '../payloads/notebook-runs.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Runs';
const toView = { scope: 'read', permission: '`can_view` over the workspace' } as const;

/** The routes of runs of whole notebooks. */
export const notebookRunRoutes: RestRoute[] = [
  route({
    operationId: 'runNotebook',
    tag,
    method: 'post',
    path: '/runs',
    summary: 'Run a notebook from its first to its last cell.',
    description:
      'The answer comes when the run is queued; it needs no client. Each cell is an execution. An exception ends the run, ' +
      'unless the cell has the tag `raises-exception` or `allow_errors` is true. After `ok`, `error` and `timed_out` the ' +
      'executed notebook is saved with one commit, if the file there is the one that was there at the start: else ' +
      '`save_error` says why not, and the run has the notebook. `truncated_cells` names the cells whose outputs it has not whole. With a `run_id` that was sent before, the answer is that run, ' +
      'as it is now. It needs the scope `write` too.',
    needs: { scope: 'execute', permission: '`can_edit` over the workspace' },
    body: runNotebookBody,
    document: RunNotebookDocument,
    variables: ({ space, body }) => ({
      space,
      input: {
        ...{ workspaceId: body.workspace_id, path: body.path, ref: body.ref, parameters: body.parameters },
        ...{ firstCell: body.first_cell, lastCell: body.last_cell, saveTo: body.save_to },
        ...{ kernelProfileId: body.kernel_profile_id, sessionId: body.session_id },
        ...{ timeoutSeconds: body.timeout_seconds, allowErrors: body.allow_errors, runId: body.run_id },
      },
    }),
    responds: { kind: 'created', at: 'runNotebook' },
    errors: [
      ...(['workspace_archived', 'branch_protected', 'invalid_path', 'invalid_ref'] as const),
      ...(['unreadable_file', 'base_sha_conflict', 'quota_exceeded', 'run_id_reused'] as const),
      ...(['session_dead', 'worker_not_live', 'runtime_unavailable'] as const),
    ],
    repeats: 'runNotebook',
  }),
  route({
    operationId: 'listNotebookRuns',
    tag,
    method: 'get',
    path: '/runs',
    summary: 'List the runs of notebooks, newest first.',
    description: 'They are those of all workspaces that you can view, also of other users.',
    needs: { scope: 'read', permission: 'membership of the space; only runs that you can view are listed' },
    query: listRunsQuery,
    document: ListNotebookRunsDocument,
    variables: ({ space, query }) => ({ space, workspaceId: query.workspace_id, ...offsetOf(query) }),
    responds: { kind: 'page', at: 'space.notebookRuns' },
  }),
  route({
    operationId: 'readNotebookRun',
    tag,
    method: 'get',
    path: '/runs/:run_id',
    summary: 'Read a run with its cells and its notebook.',
    description:
      'The notebook has the outputs until now, also where it could not be saved. It can be read for as long as the run is stored.',
    needs: toView,
    document: GetNotebookRunDocument,
    variables: ({ space, param }) => ({ space, id: param('run_id') }),
    responds: { kind: 'ok', at: 'space.notebookRun' },
  }),
  route({
    operationId: 'cancelNotebookRun',
    tag,
    method: 'post',
    path: '/runs/:run_id/cancel',
    summary: 'Cancel the run of a notebook.',
    description:
      'Its cell is interrupted, and it ends as `cancelled` soon after, also in an archived workspace. A run that has ended is a 409.',
    needs: {
      scope: 'execute',
      permission: '`can_edit`, and the run must be your own unless you are a space admin',
    },
    document: CancelNotebookRunDocument,
    variables: ({ space, param }) => ({ space, id: param('run_id') }),
    responds: { kind: 'ok', at: 'cancelNotebookRun' },
    errors: ['execution_finished'],
    repeats: 'cancelNotebookRun',
  }),
  route({
    operationId: 'streamNotebookRun',
    tag,
    method: 'get',
    path: '/runs/:run_id/stream',
    summary: 'Stream the events of the run of a notebook, after `Last-Event-ID`.',
    description:
      'The events of its cells, one cell after the other, are `run_event`; the run is the `final_response`, or an `error` where ' +
      'it `failed`. It works while the run goes on and after its end.',
    needs: toView,
    document: FindNotebookRunDocument,
    variables: ({ space, param }) => ({ space, id: param('run_id') }),
    responds: { kind: 'runStream', at: 'space.notebookRun' },
  }),
];
