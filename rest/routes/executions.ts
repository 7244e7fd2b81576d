import {
  AnswerInputDocument,
  CancelExecutionDocument,
  ExecuteCellDocument,
  ExecuteCellsDocument,
  FindExecutionDocument,
  GetExecutionDocument,
  ListExecutionsDocument,
} from '../generated/operations.js';
import { lastEventId } from '../last-event-id.js';
import { sessionErrors } from '../openapi/session-errors.js';
import { executeBatchBody, executeBody, inputBody } from '../payloads/executions.js';
import { offsetOf, pageQuery } from '../payloads/lists.js';
import { type RestRoute, route } from '../route.js';

const tag = 'Executions';
const toView = { scope: 'read', permission: '`can_view` over the workspace' } as const;

/** The routes that stream the output of runs. */
export const executionRoutes: RestRoute[] = [
  route({
    operationId: 'executeCell',
    tag,
    method: 'post',
    path: '/sessions/:session_id/execute/stream',
    summary: 'Run a cell and stream its output as server-sent events.',
    description:
      'The run belongs to the session and not to the connection: it goes on when the client leaves, and the stream can be ' +
      'resumed. Runs of one session are executed in the order in which they came. What fails before the run is queued has ' +
      'its own HTTP status; after that, the stream ends with exactly one `final_response` or `error`. With an ' +
      '`execution_id` that was sent before, the request attaches to that run, after `Last-Event-ID` if there is one. With ' +
      '`save_outputs`, `outputs_save` of the execution says after the end of the run what became of them.',
    needs: {
      scope: 'execute',
      permission: '`can_edit`, and the session must be your own unless you are a space admin',
    },
    body: executeBody,
    document: ExecuteCellDocument,
    variables: ({ space, param, body, headers }) => {
      // Checked before anything is queued.
      lastEventId(headers);
      return {
        space,
        sessionId: param('session_id'),
        input: {
          code: body.code,
          cellIndex: body.cell_index,
          cellId: body.cell_id,
          timeoutSeconds: body.timeout_seconds,
          stopOnError: body.stop_on_error,
          executionId: body.execution_id,
          saveOutputs: body.save_outputs,
        },
      };
    },
    responds: { kind: 'stream', at: 'executeCell' },
    errors: [
      ...sessionErrors,
      'session_dead',
      'execution_id_reused',
      'branch_protected',
      'quota_exceeded',
      'runtime_unavailable',
    ],
  }),
  route({
    operationId: 'executeCells',
    tag,
    method: 'post',
    path: '/sessions/:session_id/execute/batch',
    summary: 'Queue several cells, all of them or none.',
    description:
      'The cells run one after the other, with no run of others between them. The answer comes when they are queued: follow ' +
      'each with its stream. Where a cell has a `source_sha`, the notebook of the session must have that source at the tip of ' +
      'its branch, or nothing is queued. Those with `save_outputs` have a commit each, as a cell that is run alone. A batch whose ' +
      'cells have an `execution_id` each may be sent again: then the answer is the executions that have them.',
    needs: {
      scope: 'execute',
      permission: '`can_edit`, and the session must be your own unless you are a space admin',
    },
    body: executeBatchBody,
    document: ExecuteCellsDocument,
    variables: ({ space, param, body }) => ({
      space,
      sessionId: param('session_id'),
      input: {
        cells: body.cells.map((cell) => ({
          code: cell.code,
          cellIndex: cell.cell_index,
          cellId: cell.cell_id,
          sourceSha: cell.source_sha,
          executionId: cell.execution_id,
          saveOutputs: cell.save_outputs,
        })),
        timeoutSeconds: body.timeout_seconds,
        stopOnError: body.stop_on_error,
      },
    }),
    responds: { kind: 'created', at: 'executeCells' },
    errors: [
      ...sessionErrors,
      'session_dead',
      'source_mismatch',
      'execution_id_reused',
      'unreadable_file',
      'branch_protected',
      'quota_exceeded',
      'runtime_unavailable',
    ],
    repeats: 'executeCells',
  }),
  route({
    operationId: 'resumeExecutionStream',
    tag,
    method: 'get',
    path: '/sessions/:session_id/executions/:execution_id/stream',
    summary: 'Stream the events of an execution again, after `Last-Event-ID`.',
    description:
      'It works while the run goes on and after its end, for as long as the log is stored. The events have the same ' +
      'numbers as in the first stream. Output that came after the end of the run follows its last event.',
    needs: toView,
    document: FindExecutionDocument,
    variables: ({ space, param }) => ({
      space,
      sessionId: param('session_id'),
      id: param('execution_id'),
    }),
    responds: { kind: 'stream', at: 'space.execution' },
  }),
  route({
    operationId: 'listExecutions',
    tag,
    method: 'get',
    path: '/sessions/:session_id/executions',
    summary: 'List the executions of a session, newest first.',
    description:
      'A single run has its outputs too. `error` says why a run `failed`. The code of the runs of a page may have 64 MiB: ask for ' +
      'a smaller page where it has more.',
    needs: toView,
    query: pageQuery(20, 100),
    document: ListExecutionsDocument,
    variables: ({ space, param, query }) => ({ space, sessionId: param('session_id'), ...offsetOf(query) }),
    responds: { kind: 'page', at: 'space.session.executions' },
    errors: ['payload_too_large'],
  }),
  route({
    operationId: 'readExecution',
    tag,
    method: 'get',
    path: '/sessions/:session_id/executions/:execution_id',
    summary: 'Read an execution with its outputs.',
    description:
      'It works while the run goes on, and after its end for as long as its log is stored. An exception of the code is an ' +
      'output; `error` says why a run `failed`: its kernel, its worker or the gateway stopped.',
    needs: toView,
    document: GetExecutionDocument,
    variables: ({ space, param }) => ({
      space,
      sessionId: param('session_id'),
      id: param('execution_id'),
    }),
    responds: { kind: 'ok', at: 'space.execution' },
  }),
  route({
    operationId: 'cancelExecution',
    tag,
    method: 'post',
    path: '/sessions/:session_id/executions/:execution_id/cancel',
    summary: 'Remove an execution from the queue of its session.',
    description:
      'The run ends as `cancelled`. A run that has begun is not cancelled: that is a 409; interrupt its session. It is 503 while ' +
      'a gateway that has just started does not know yet whether the run has begun.',
    needs: {
      scope: 'execute',
      permission: '`can_edit`, and the session must be your own unless you are a space admin',
    },
    document: CancelExecutionDocument,
    variables: ({ space, param }) => ({
      space,
      sessionId: param('session_id'),
      id: param('execution_id'),
    }),
    responds: { kind: 'ok', at: 'cancelExecution' },
    errors: ['execution_finished', 'runtime_unavailable'],
    repeats: 'cancelExecution',
  }),
  route({
    operationId: 'answerInput',
    tag,
    method: 'post',
    path: '/sessions/:session_id/executions/:execution_id/input',
    summary: 'Answer an execution that asks for input.',
    description:
      'A run whose code asks for a line has the events `status` with `waiting_for_input` and `input_request`; with the ' +
      'answer it goes on. The answer is not stored.',
    needs: {
      scope: 'execute',
      permission: '`can_edit`, and the session must be your own unless you are a space admin',
    },
    body: inputBody,
    document: AnswerInputDocument,
    variables: ({ space, param, body }) => ({
      space,
      sessionId: param('session_id'),
      id: param('execution_id'),
      requestId: body.request_id,
      value: body.value,
    }),
    responds: { kind: 'ok', at: 'answerInput' },
    errors: ['input_not_expected'],
    repeats: 'answerInput',
  }),
];
