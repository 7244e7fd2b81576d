import type { Execution } from '../prisma/generated/client/client.js';
import { mapIterator } from '../src/engines/events/map-iterator.js';
import type { ExecutionEvent } from '../src/executions/execution-event.js';
import { watchExecutionLog } from '../src/subscriptions/watch-execution-log.js';
import { builder } from './builder.js';

/** An entry of a log with the execution that it belongs to. */
interface EventRow<T extends ExecutionEvent = ExecutionEvent> {
  execution: Execution;
  sequence: number;
  event: T;
}
type Of<K extends ExecutionEvent['type']> = EventRow<Extract<ExecutionEvent, { type: K }>>;

const typeNames = {
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
  output_lost: 'OutputLostEvent',
  final_response: 'FinalResponse',
  failure: 'ExecutionFailure',
} as const satisfies Record<ExecutionEvent['type'], string>;

const ExecutionEventInterface = builder.interfaceRef<EventRow>('ExecutionEvent').implement({
  description:
    'An entry of the numbered log of an execution. Exactly one `FinalResponse` or `ExecutionFailure` ends it. ' +
    'Fields are those of the Jupyter messaging specification. Ignore types that you do not know.',
  resolveType: (row) => typeNames[row.event.type],
  fields: (t) => ({
    executionId: t.id({ description: 'The execution.', resolve: (row) => row.execution.id }),
    sessionId: t.id({ description: 'Its session.', resolve: (row) => row.execution.sessionId }),
    cellIndex: t.int({
      nullable: true,
      description: "The cell's place in the notebook, as given.",
      resolve: (row) => row.execution.cellIndex,
    }),
    sequence: t.exposeInt('sequence', { description: 'From 1, without gaps: the cursor to resume after.' }),
    type: t.string({ description: 'The type in a word, as in REST.', resolve: (row) => row.event.type }),
  }),
});
const interfaces = [ExecutionEventInterface];

builder.objectRef<Of<'status'>>(typeNames.status).implement({
  description: 'The execution waits (`queued`), or the kernel is `busy` with it or `idle` again.',
  interfaces,
  fields: (t) => ({
    executionState: t.string({
      description: '`queued`, `busy` or `idle`.',
      resolve: (row) => row.event.execution_state,
    }),
  }),
});

builder.objectRef<Of<'execute_input'>>(typeNames.execute_input).implement({
  description: 'The kernel took the code.',
  interfaces,
  fields: (t) => ({
    code: t.string({ description: 'The code.', resolve: (row) => row.event.code }),
    executionCount: t.int({
      nullable: true,
      description: "The kernel's counter.",
      resolve: (row) => row.event.execution_count,
    }),
  }),
});

builder.objectRef<Of<'stream'>>(typeNames.stream).implement({
  description: 'Text on stdout or stderr.',
  interfaces,
  fields: (t) => ({
    name: t.string({ description: '`stdout` or `stderr`.', resolve: (row) => row.event.name }),
    text: t.string({ description: 'The text.', resolve: (row) => row.event.text }),
  }),
});

const data = 'By MIME type.';
const metadata = 'By MIME type, or for all.';
const transient = 'What is not kept in a notebook, as `display_id`.';
const buffers = "The message's binary buffers as base64; null, and left out in REST, where it has none.";

builder.objectRef<Of<'display_data'>>(typeNames.display_data).implement({
  description: 'Something to show.',
  interfaces,
  fields: (t) => ({
    data: t.field({ type: 'JSON', description: data, resolve: (row) => row.event.data }),
    metadata: t.field({ type: 'JSON', description: metadata, resolve: (row) => row.event.metadata }),
    transient: t.field({ type: 'JSON', description: transient, resolve: (row) => row.event.transient }),
    buffers: t.stringList({ nullable: true, description: buffers, resolve: (row) => row.event.buffers }),
  }),
});

builder.objectRef<Of<'update_display_data'>>(typeNames.update_display_data).implement({
  description: 'Replaces what was shown with the same `display_id`, in this cell or an earlier one.',
  interfaces,
  fields: (t) => ({
    data: t.field({ type: 'JSON', description: data, resolve: (row) => row.event.data }),
    metadata: t.field({ type: 'JSON', description: metadata, resolve: (row) => row.event.metadata }),
    transient: t.field({ type: 'JSON', description: transient, resolve: (row) => row.event.transient }),
    buffers: t.stringList({ nullable: true, description: buffers, resolve: (row) => row.event.buffers }),
  }),
});

builder.objectRef<Of<'execute_result'>>(typeNames.execute_result).implement({
  description: "The value of the cell's last expression.",
  interfaces,
  fields: (t) => ({
    data: t.field({ type: 'JSON', description: data, resolve: (row) => row.event.data }),
    metadata: t.field({ type: 'JSON', description: metadata, resolve: (row) => row.event.metadata }),
    executionCount: t.int({
      nullable: true,
      description: "The kernel's counter.",
      resolve: (row) => row.event.execution_count,
    }),
  }),
});

builder.objectRef<Of<'error'>>(typeNames.error).implement({
  description: "An exception of the user's code.",
  interfaces,
  fields: (t) => ({
    ename: t.string({ description: 'The class of the exception.', resolve: (row) => row.event.ename }),
    evalue: t.string({ description: 'Its message.', resolve: (row) => row.event.evalue }),
    traceback: t.stringList({
      description: 'Lines with ANSI colours.',
      resolve: (row) => row.event.traceback,
    }),
  }),
});

builder.objectRef<Of<'clear_output'>>(typeNames.clear_output).implement({
  description: 'Clears what was shown so far.',
  interfaces,
  fields: (t) => ({
    wait: t.boolean({
      description: 'Whether to wait for the next output.',
      resolve: (row) => row.event.wait,
    }),
  }),
});

builder.objectRef<Of<'input_request'>>(typeNames.input_request).implement({
  description: 'The code asks for a line of input.',
  interfaces,
  fields: (t) => ({
    prompt: t.string({ description: 'What to show.', resolve: (row) => row.event.prompt }),
    password: t.boolean({
      description: 'Whether to hide what is typed.',
      resolve: (row) => row.event.password,
    }),
  }),
});

builder.objectRef<Of<'comm_open'>>(typeNames.comm_open).implement({
  description: 'The kernel opens a comm, as widgets do.',
  interfaces,
  fields: (t) => ({
    commId: t.id({ description: "The comm's id.", resolve: (row) => row.event.comm_id }),
    targetName: t.string({ description: 'Who shall take it.', resolve: (row) => row.event.target_name }),
    metadata: t.field({
      type: 'JSON',
      description: "The message's metadata, e.g. the version of the widgets' protocol.",
      // Logs that were written before it was kept have none.
      resolve: (row) => row.event.metadata ?? {},
    }),
    data: t.field({ type: 'JSON', description: 'Its data.', resolve: (row) => row.event.data }),
    buffers: t.stringList({ nullable: true, description: buffers, resolve: (row) => row.event.buffers }),
  }),
});

builder.objectRef<Of<'comm_msg'>>(typeNames.comm_msg).implement({
  description: 'A message on a comm.',
  interfaces,
  fields: (t) => ({
    commId: t.id({ description: "The comm's id.", resolve: (row) => row.event.comm_id }),
    data: t.field({ type: 'JSON', description: 'Its data.', resolve: (row) => row.event.data }),
    buffers: t.stringList({ nullable: true, description: buffers, resolve: (row) => row.event.buffers }),
  }),
});

builder.objectRef<Of<'comm_close'>>(typeNames.comm_close).implement({
  description: 'The kernel closes a comm.',
  interfaces,
  fields: (t) => ({
    commId: t.id({ description: "The comm's id.", resolve: (row) => row.event.comm_id }),
    data: t.field({ type: 'JSON', description: 'Its data.', resolve: (row) => row.event.data }),
    buffers: t.stringList({ nullable: true, description: buffers, resolve: (row) => row.event.buffers }),
  }),
});

builder.objectRef<Of<'output_lost'>>(typeNames.output_lost).implement({
  description: 'Output is known to be missing here.',
  interfaces,
  fields: (t) => ({
    count: t.int({ description: 'How many messages.', resolve: (row) => row.event.count }),
    reason: t.string({ description: 'Why, in a word.', resolve: (row) => row.event.reason }),
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
    executionCount: t.int({
      nullable: true,
      description: "The kernel's counter.",
      resolve: (row) => row.event.execution_count,
    }),
    outputs: t.field({
      type: 'JSON',
      description: 'As nbformat has them.',
      resolve: (row) => row.event.outputs,
    }),
    truncated: t.boolean({
      description: 'Whether `outputs` leaves some out; the log has them all.',
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
    durationMs: t.int({ description: 'Between the two.', resolve: (row) => row.event.duration_ms }),
  }),
});

builder.objectRef<Of<'failure'>>(typeNames.failure).implement({
  description: 'The end of a log whose kernel, worker or gateway failed. In REST: the SSE event `error`.',
  interfaces,
  fields: (t) => ({
    detail: t.string({ description: 'One safe sentence.', resolve: (row) => row.event.detail }),
    statusCode: t.int({ description: 'As an HTTP status.', resolve: (row) => row.event.status_code }),
    code: t.string({ description: 'From the closed list of error codes.', resolve: (row) => row.event.code }),
    retryable: t.boolean({
      description: 'Whether running the cell again may work.',
      resolve: (row) => row.event.retryable,
    }),
  }),
});

builder.subscriptionField('executionEvents', (t) =>
  t.field({
    type: ExecutionEventInterface,
    description:
      "Replays an execution's log after a sequence number, then follows it to its end; also after its end.",
    args: {
      executionId: t.arg.id({ required: true, description: 'The execution.' }),
      after: t.arg.int({ defaultValue: 0, description: 'The last sequence number that the client has.' }),
    },
    subscribe: async (_root, { executionId, after }, { services, ctx }) => {
      const { execution, entries } = await watchExecutionLog(services, ctx, executionId, after ?? 0);
      return mapIterator(entries, (entry) => ({ execution, ...entry }));
    },
    resolve: (row) => row,
  }),
);
