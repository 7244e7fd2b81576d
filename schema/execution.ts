import type { GraphQLResolveInfo } from 'graphql';
import type { Execution as ExecutionRow } from '../prisma/generated/client/client.js';
import { loadTogether } from '../src/engines/database/load-together.js';
import { answerInput } from '../src/executions/answer-input.js';
import { cancelExecution } from '../src/executions/cancel-execution.js';
import { executeCell } from '../src/executions/execute-cell.js';
import { executeCells } from '../src/executions/execute-cells.js';
import {
  type ExecutionFault,
  type ExecutionResult,
  executionFault,
  executionResult,
} from '../src/executions/execution-result.js';
import { listExecutions } from '../src/executions/list-executions.js';
import { loadExecution } from '../src/executions/read-execution.js';
import { readExecutionErrors } from '../src/space-events/execution-errors.js';
import { watchExecutions } from '../src/subscriptions/watch-executions.js';
import { loadRuntimePermissions } from '../src/workspaces/load-runtime-permissions.js';
import { builder, type Context } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { EffectivePermissions } from './effective-permissions.js';
import { ExecutionStatusEnum } from './enums.js';
import { ErrorSummaryType } from './error-summary.js';
import { largeValue } from './large-value.js';
import { needsRuntime } from './needs-runtime.js';
import { Session } from './session.js';
import { Space } from './space.js';
import { watchArgs } from './watch-args.js';

/** The object type of a run of a cell. */
export const Execution = builder.prismaObject('Execution', {
  description:
    'One run of a cell. Its events are a numbered log, which is kept whole for `EXECUTION_RETENTION_DAYS` after the end, ' +
    '7 by default; its outputs and its end are kept twice as long.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the execution.' }),
    sessionId: t.exposeID('sessionId', { description: 'The session that runs it.' }),
    userId: t.exposeID('userId', { description: 'UUID of the user who queued it.' }),
    effectivePermissions: t.field({
      type: EffectivePermissions,
      description: 'What the caller may do with its session, and so with it.',
      select: { session: { select: { workspaceId: true, userId: true } } },
      resolve: ({ session }, _args, { services, ctx }) => loadRuntimePermissions(services, ctx, session),
    }),
    code: t.exposeString('code', { description: 'The code that the kernel got, as it was sent.' }),
    cellIndex: t.exposeInt('cellIndex', {
      nullable: true,
      description: 'The index of the cell in the notebook, from 0.',
    }),
    cellId: t.exposeString('cellId', { nullable: true, description: "The cell's nbformat id." }),
    status: t.expose('status', { type: ExecutionStatusEnum, description: 'The state that it is in now.' }),
    executionCount: t.exposeInt('executionCount', {
      nullable: true,
      description: "The kernel's execution counter (`In [n]`) for this cell.",
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the request for it came.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the kernel got it.',
    }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

const ExecutionFaultType = builder.objectRef<ExecutionFault>('ExecutionFault').implement({
  description: 'Why a run ended without the answer of its kernel.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'From the closed list of error codes.' }),
    detail: t.exposeString('detail', { description: 'One sentence for people; it contains no secrets.' }),
    retryable: t.exposeBoolean('retryable', {
      description: 'Whether it is certain that the code did not begin.',
    }),
  }),
});

/** One read of the log for both fields of a row. */
const results = new WeakMap<object, Promise<ExecutionResult>>();

function resultOf(
  context: Context,
  info: GraphQLResolveInfo,
  execution: ExecutionRow,
): Promise<ExecutionResult> {
  const known = results.get(execution);
  if (known) return known;
  const result = largeValue(info, () => executionResult(context.services, execution));
  results.set(execution, result);
  return result;
}

builder.prismaObjectFields(Execution, (t) => ({
  error: t.field({
    type: ExecutionFaultType,
    nullable: true,
    description:
      'Why it `failed`; null for every other status. An exception of the code is an output of its own.',
    resolve: (execution, _args, { services }) => executionFault(services, execution),
  }),
  exception: t.field({
    type: ErrorSummaryType,
    nullable: true,
    description:
      'The exception that ended it, in short; null for every other status than `error`, and where it has more than 64 KiB.',
    resolve: async ({ id, status }, _args, { services, ctx }) => {
      if (status !== 'error') return null;
      const load = (ids: string[]) => readExecutionErrors(services.prisma, ids);
      return (await loadTogether(ctx, 'exceptions', id, load)) ?? null;
    },
  }),
  outputs: t.field({
    type: 'JSON',
    description: 'What it has printed and displayed until now, as nbformat 4 stores it; read from the log.',
    resolve: async (execution, _args, context, info) => (await resultOf(context, info, execution)).outputs,
  }),
  truncated: t.boolean({
    description:
      'Whether some of the `outputs` are missing, because they are cut at 20 MB or were lost on their way.',
    resolve: async (execution, _args, context, info) => (await resultOf(context, info, execution)).truncated,
  }),
}));

/** The connection type of runs of cells. */
export const ExecutionConnection = connectionType('Execution', Execution);

builder.objectFields(Session, (t) => ({
  executions: t.field({
    type: ExecutionConnection,
    description: 'What was run in the session, newest first.',
    args: pageArgs,
    resolve: (session, args, { services, ctx }) => readPage(args, listExecutions(services, ctx, session.id)),
  }),
}));

builder.objectFields(Space, (t) => ({
  execution: t.field({
    type: Execution,
    description: 'One execution; needs `canView` in its workspace.',
    args: {
      id: t.arg.id({ required: true, description: 'UUID of the execution.' }),
      sessionId: t.arg.id({ description: 'The session that it must belong to; default any.' }),
    },
    resolve: (space, { id, sessionId }, { services, ctx }) =>
      loadExecution(services, ctx, id, { spaceId: space.id, sessionId }),
  }),
}));

const saveOutputsText =
  "Whether the outputs are saved into the cell, in the session's notebook, at the end of the run: with one commit on " +
  'the branch of the session. See `Execution.outputsSave`. Needs `cellId` and the scope `write`; default false.';

const ExecuteCellInput = builder.inputType('ExecuteCellInput', {
  description: 'The code of a cell, and what happens if it fails or takes too long.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'The source of the cell, as the kernel gets it.' }),
    cellIndex: t.int({ description: 'The index of the cell in the notebook, from 0.' }),
    cellId: t.string({ description: "The cell's nbformat id." }),
    timeoutSeconds: t.float({ description: 'Interrupt the run after so many seconds; default no limit.' }),
    stopOnError: t.boolean({
      description: "Whether an error ends the caller's cells queued behind it as `aborted`; default true.",
    }),
    executionId: t.id({
      description:
        "A UUID of the client's: sent again, the answer is that execution, and nothing runs twice.",
    }),
    saveOutputs: t.boolean({ description: saveOutputsText }),
  }),
});

const BatchCellInput = builder.inputType('BatchCellInput', {
  description: 'One of several cells that are queued together, with what the caller saw of it.',
  fields: (t) => ({
    code: t.string({ required: true, description: 'The source of the cell, as the kernel gets it.' }),
    cellIndex: t.int({ description: 'The index of the cell in the notebook, from 0.' }),
    cellId: t.string({
      description: "The cell's nbformat id; required with `sourceSha` and with `saveOutputs`.",
    }),
    sourceSha: t.string({
      description:
        'The SHA-256, in hex, of the source in UTF-8 that the caller saw. When the cell has another source in the ' +
        "session's notebook, at the tip of its branch, nothing is queued: `source_mismatch`.",
    }),
    executionId: t.id({
      description:
        "A UUID of the client's, for every cell of the batch or for none. Sent again with the same ids, the answer is those " +
        'executions, and nothing runs twice.',
    }),
    saveOutputs: t.boolean({ description: saveOutputsText }),
  }),
});

const ExecuteCellsInput = builder.inputType('ExecuteCellsInput', {
  description: 'Cells to run one after the other.',
  fields: (t) => ({
    cells: t.field({ type: [BatchCellInput], required: true, description: '1 to 500, in their order.' }),
    timeoutSeconds: t.float({
      description: 'Interrupt each run after so many seconds; default no limit.',
    }),
    stopOnError: t.boolean({
      description: "Whether an error ends the caller's cells queued behind it as `aborted`; default true.",
    }),
  }),
});

const ExecuteCellsPayload = builder
  .objectRef<{ executions: ExecutionRow[] }>('ExecuteCellsPayload')
  .implement({
    description: 'The executions of a batch: all were queued together.',
    fields: (t) => ({
      executions: t.expose('executions', {
        type: [Execution],
        extensions: { listSize: 500 },
        description: 'One for each cell, in the order of the cells, which is the order in which they run.',
      }),
    }),
  });

const inSession = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  sessionId: t.id({ required: true, description: 'UUID of a session of the space.' }),
}));

builder.mutationFields((t) => ({
  executeCells: t.field({
    type: ExecuteCellsPayload,
    extensions: needsRuntime,
    description:
      'Queues several cells, all of them or none, with nothing between them, and returns immediately. ' +
      'Needs the scope `execute`.',
    args: {
      ...inSession,
      input: t.arg({ type: ExecuteCellsInput, required: true, description: 'The cells to run, and how.' }),
    },
    resolve: async (_root, { spaceSlug, sessionId, input }, { services, ctx }) => ({
      executions: await executeCells(services, ctx, spaceSlug, sessionId, input),
    }),
  }),
  executeCell: t.field({
    type: Execution,
    extensions: needsRuntime,
    description:
      'Queues a cell and returns immediately; follow it with the subscription `executionEvents`. ' +
      'Needs the scope `execute`.',
    args: {
      ...inSession,
      input: t.arg({ type: ExecuteCellInput, required: true, description: 'The code to run, and how.' }),
    },
    resolve: (_root, { spaceSlug, sessionId, input }, { services, ctx }) =>
      executeCell(services, ctx, spaceSlug, sessionId, input),
  }),
  answerInput: t.field({
    type: Execution,
    extensions: needsRuntime,
    description:
      'Answers a request for input (`InputRequestEvent`), and the run goes on. The answer is not stored. ' +
      'Needs the scope `execute`.',
    args: {
      executionId: t.arg.id({ required: true, description: 'UUID of the execution that asks.' }),
      requestId: t.arg.string({ required: true, description: 'The `requestId` of the event.' }),
      value: t.arg.string({ required: true, description: 'The line, without its end.' }),
      spaceSlug: t.arg.string({ description: 'The space that it must belong to; default any.' }),
      sessionId: t.arg.id({ description: 'The session that it must belong to; default any.' }),
    },
    resolve: (_root, { executionId, requestId, value, ...within }, { services, ctx }) =>
      answerInput(services, ctx, executionId, { requestId, value }, within),
  }),
  cancelExecution: t.field({
    type: Execution,
    extensions: needsRuntime,
    description:
      'Removes a queued execution from its queue; it ends as `cancelled`. Needs the scope `execute`.',
    args: {
      id: t.arg.id({ required: true, description: 'UUID of the execution.' }),
      spaceSlug: t.arg.string({ description: 'The space that it must belong to; default any.' }),
      sessionId: t.arg.id({ description: 'The session that it must belong to; default any.' }),
    },
    resolve: (_root, { id, ...within }, { services, ctx }) => cancelExecution(services, ctx, id, within),
  }),
}));

builder.subscriptionField('executionsChanged', (t) =>
  t.field({
    type: Execution,
    description:
      'Follows what is queued, begins and ends in workspaces that the caller can view. ' +
      'A slow reader gets the newest state of each. Ends with an error when the caller loses access. ' +
      'Needs the scope `read`.',
    args: {
      ...watchArgs,
      sessionId: t.arg.id({ description: 'Only those of this session; needs `canView` in its workspace.' }),
    },
    subscribe: (_root, { spaceSlug, ...filter }, { services, ctx }) =>
      watchExecutions(services, ctx, spaceSlug, filter),
    resolve: (row) => row,
  }),
);
