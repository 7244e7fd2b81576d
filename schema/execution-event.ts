import type { Execution } from '../prisma/generated/client/client.js';
import { mapIterator } from '../src/engines/events/map-iterator.js';
import type { ExecutionEvent, LogEntry } from '../src/executions/execution-event.js';
import { watchExecutionLog } from '../src/subscriptions/watch-execution-log.js';
import { builder } from './builder.js';

/** An entry of a log with the execution that it belongs to. */
export interface EventRow<T extends ExecutionEvent = ExecutionEvent> {
  execution: Execution;
  sequence: number;
  event: T;
}
/** A row whose event has that type. */
export type Of<K extends ExecutionEvent['type']> = EventRow<Extract<ExecutionEvent, { type: K }>>;

/** The GraphQL type of each type of event. */
export const typeNames = {
  status: 'ExecutionStatusEvent',
  execute_input: 'ExecuteInputEvent',
  stream: 'StreamEvent',
  display_data: 'DisplayDataEvent',
  update_display_data: 'UpdateDisplayDataEvent',
  execute_result: 'ExecuteResultEvent',
  error: 'ErrorEvent',
  clear_output: 'ClearOutputEvent',
  input_request: 'InputRequestEvent',
  comm_open: 'CommOpenEvent',
  comm_msg: 'CommMessageEvent',
  comm_close: 'CommCloseEvent',
  widget_output: 'WidgetOutputEvent',
  output_lost: 'OutputLostEvent',
  reset: 'OutputsResetEvent',
  payload: 'PayloadEvent',
  final_response: 'FinalResponse',
  failure: 'ExecutionFailure',
} as const satisfies Record<ExecutionEvent['type'], string>;

/** The description of the field `buffers`, which several types of events have. */
export const buffers =
  "The message's binary buffers as base64; null, and left out in REST, where it has none.";

/** The interface of all entries of a log. */
export const ExecutionEventInterface = builder.interfaceRef<EventRow>('ExecutionEvent').implement({
  description:
    'An entry of the numbered log of an execution. Exactly one `FinalResponse` or `ExecutionFailure` ends it. ' +
    'Fields are those of the Jupyter messaging specification. Ignore types that you do not know.',
  resolveType: (row) => typeNames[row.event.type],
  fields: (t) => ({
    executionId: t.id({
      description: 'UUID of the execution that the event belongs to.',
      resolve: (row) => row.execution.id,
    }),
    sessionId: t.id({
      description: 'UUID of the session that runs the execution.',
      resolve: (row) => row.execution.sessionId,
    }),
    cellIndex: t.int({
      nullable: true,
      description: 'The index of the cell in the notebook, as the client gave it.',
      resolve: (row) => row.execution.cellIndex,
    }),
    sequence: t.exposeInt('sequence', { description: 'From 1, without gaps: the cursor to resume after.' }),
    type: t.string({
      description: 'The type, as one word: the same as in REST.',
      resolve: (row) => row.event.type,
    }),
    late: t.boolean({
      description:
        'Whether it came after the end of the run: threads, tasks and child processes may print for longer. REST leaves it ' +
        'out where it is false.',
      resolve: (row) => row.event.late ?? false,
    }),
  }),
});

/** The interfaces that the type of an event implements. */
export const interfaces = [ExecutionEventInterface];

builder.objectRef<Of<'status'>>(typeNames.status).implement({
  description:
    'The execution waits (`queued`), or the kernel is `busy` with it, waits for the input of a user, or is `idle` again.',
  interfaces,
  fields: (t) => ({
    executionState: t.string({
      description: '`queued`, `busy`, `waiting_for_input` or `idle`.',
      resolve: (row) => row.event.execution_state,
    }),
  }),
});

builder.objectRef<Of<'final_response'>>(typeNames.final_response).implement({
  description: 'The regular end of a log.',
  interfaces,
  fields: (t) => ({
    status: t.string({
      description: '`ok`, `error`, `aborted`, `cancelled` or `timed_out`.',
      resolve: (row) => row.event.status,
    }),
    statusReason: t.string({
      nullable: true,
      description:
        'Why it was cancelled: `requested`, `session_restarted`, `session_deleted`, `worker_stopped`, ' +
        '`workspace_archived`, `run_timed_out` where the time of the run of its notebook had passed, or why the gateway stopped ' +
        'its worker, e.g. `max_age`. Null if it was not cancelled.',
      resolve: (row) => row.event.status_reason ?? null,
    }),
    cancelledBy: t.string({
      nullable: true,
      description: 'UUID of the user who cancelled it; null for the gateway, and if it was not cancelled.',
      resolve: (row) => row.event.cancelled_by ?? null,
    }),
    executionCount: t.int({
      nullable: true,
      description: "The kernel's execution counter (`In [n]`) for this cell.",
      resolve: (row) => row.event.execution_count,
    }),
    outputs: t.field({
      type: 'JSON',
      description:
        'The outputs of the cell as nbformat 4 stores them, cut at 20 MB: of a stream that is too long its head and ' +
        'tail are kept, and every exception.',
      resolve: (row) => row.event.outputs,
    }),
    truncated: t.boolean({
      description:
        'Whether `outputs` are not whole. An `output_lost` in the log says why: with `outputs_limit` they are only cut here, and ' +
        'the log has the rest; with other reasons something was lost.',
      resolve: (row) => row.event.truncated,
    }),
    startedAt: t.string({
      nullable: true,
      description: 'When the kernel got it, RFC 3339.',
      resolve: (row) => row.event.started_at,
    }),
    finishedAt: t.string({
      description: 'When it ended, RFC 3339.',
      resolve: (row) => row.event.finished_at,
    }),
    durationMs: t.int({
      description: 'Milliseconds from `startedAt` to `finishedAt`.',
      resolve: (row) => row.event.duration_ms,
    }),
  }),
});

builder.objectRef<Of<'failure'>>(typeNames.failure).implement({
  description: 'The end of a log whose kernel, worker or gateway failed. In REST: the SSE event `error`.',
  interfaces,
  fields: (t) => ({
    detail: t.string({
      description: 'One sentence for people; it contains no secrets.',
      resolve: (row) => row.event.detail,
    }),
    statusCode: t.int({
      description: 'The HTTP status that fits the code, e.g. 503.',
      resolve: (row) => row.event.status_code,
    }),
    code: t.string({ description: 'From the closed list of error codes.', resolve: (row) => row.event.code }),
    retryable: t.boolean({
      description: 'Whether it is certain that the code did not begin: running it again then runs it once.',
      resolve: (row) => row.event.retryable,
    }),
  }),
});

const events = new WeakMap<LogEntry, EventRow>();

/** The same object for all streams that get an entry, so that they can share its result. */
function eventOf(execution: Execution, entry: LogEntry): EventRow {
  const known = events.get(entry);
  // The first entry of all logs is one object.
  if (known?.execution.id === execution.id) return known;
  const event = { execution, ...entry };
  events.set(entry, event);
  return event;
}

builder.subscriptionField('executionEvents', (t) =>
  t.field({
    type: ExecutionEventInterface,
    description:
      "Replays an execution's log after a sequence number, then follows it to its end; also after its end. A stream that " +
      'ends without a `FinalResponse` or `ExecutionFailure` is to be resumed: the gateway stopped, and the run goes on.',
    args: {
      executionId: t.arg.id({
        required: true,
        description: 'UUID of the execution that the event belongs to.',
      }),
      after: t.arg.int({ defaultValue: 0, description: 'The last sequence number that the client has.' }),
      includeLate: t.arg.boolean({
        defaultValue: false,
        description:
          'Whether to go on after the end of the run with its late events, until its session ends. By default, the stream ' +
          'ends with the run; one that is resumed after that replays the late events that are there.',
      }),
    },
    subscribe: async (_root, { executionId, after, includeLate }, { services, ctx }) => {
      const options = { includeLate: includeLate ?? false };
      const { execution, entries } = await watchExecutionLog(services, ctx, executionId, after ?? 0, options);
      return mapIterator(entries, (entry) => eventOf(execution, entry));
    },
    resolve: (row) => row,
  }),
);
