import { type Completeness, checkCompleteness } from '../src/sessions/check-completeness.js';
import { type Completion, completeCode } from '../src/sessions/complete-code.js';
import { type Inspection, inspectCode } from '../src/sessions/inspect-code.js';
import { type HistoryEntry, readHistory } from '../src/sessions/read-history.js';
import { builder } from './builder.js';
import { needsRuntime } from './needs-runtime.js';

const how =
  'Takes a second at most. While a cell runs, only a kernel with subshells answers; with other kernels it is the error ' +
  '`kernel_busy`. Needs the scope `execute` and `canEdit`, for the user who created the session and for space admins.';

const ReplyStatus = builder.enumType('KernelReplyStatus', {
  description: 'Whether a kernel could answer.',
  values: {
    ok: { value: 'ok', description: 'It answered.' },
    error: { value: 'error', description: 'Its code raised an exception; the other fields are empty.' },
  } as const,
});

const CompletenessStatus = builder.enumType('CodeCompletenessStatus', {
  description: 'Whether code can run as it is, for a client that decides what the Enter key does.',
  values: {
    complete: { value: 'complete', description: 'The code can run as it is.' },
    incomplete: { value: 'incomplete', description: 'More lines should follow.' },
    invalid: { value: 'invalid', description: 'It can never run.' },
    unknown: { value: 'unknown', description: 'The kernel cannot say.' },
  } as const,
});

const HistoryAccess = builder.enumType('KernelHistoryAccess', {
  description: 'Which entries of a history are read.',
  values: {
    tail: { value: 'tail', description: 'The last ones.' },
    search: { value: 'search', description: 'The last ones that match a pattern.' },
    range: { value: 'range', description: "Those of one of the kernel's sessions." },
  } as const,
});

const CodeCompletion = builder.objectRef<Completion>('CodeCompletion').implement({
  description: 'What fits at a position of code. Positions are in Unicode code points.',
  fields: (t) => ({
    status: t.expose('status', { type: ReplyStatus, description: 'Whether the kernel could answer.' }),
    matches: t.exposeStringList('matches', {
      description: 'The texts that fit, in the order of the kernel; at most 1,000.',
    }),
    cursorStart: t.exposeInt('cursorStart', { description: 'Each match replaces the code from here.' }),
    cursorEnd: t.exposeInt('cursorEnd', { description: 'To here, exclusive.' }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      description:
        'What the kernel says beside, e.g. the types of the matches; empty where that is over 1 MiB.',
    }),
  }),
});

const CodeInspection = builder.objectRef<Inspection>('CodeInspection').implement({
  description: 'What is known about the object at a position of code.',
  fields: (t) => ({
    status: t.expose('status', { type: ReplyStatus, description: 'Whether the kernel could answer.' }),
    found: t.exposeBoolean('found', { description: 'Whether there is such an object.' }),
    data: t.expose('data', {
      type: 'JSON',
      description: 'Its description by MIME type; one of over 1 MiB is left out.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      description: 'By MIME type; empty where it is over 1 MiB.',
    }),
  }),
});

const CodeCompleteness = builder.objectRef<Completeness>('CodeCompleteness').implement({
  description: 'Whether code is ready to run.',
  fields: (t) => ({
    status: t.expose('status', {
      type: CompletenessStatus,
      description: 'Whether the code can run as it is, or more lines should follow.',
    }),
    indent: t.exposeString('indent', {
      nullable: true,
      description: 'With what the next line should begin; null unless `incomplete`.',
    }),
  }),
});

const KernelHistoryEntry = builder.objectRef<HistoryEntry>('KernelHistoryEntry').implement({
  description: 'Code that a kernel has run.',
  fields: (t) => ({
    session: t.exposeInt('session', { description: "The kernel's own number of its session." }),
    line: t.exposeInt('line', { description: 'The counter of the cell in that session.' }),
    code: t.exposeString('code', { description: 'As it was sent.' }),
  }),
});

const sessionArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  sessionId: t.id({ required: true, description: 'UUID of the session.' }),
}));

const codeArgs = builder.args((t) => ({
  code: t.string({ required: true, description: 'At most 5,000,000 characters.' }),
}));

const cursorArgs = builder.args((t) => ({
  cursorPos: t.int({ description: 'In Unicode code points; default the end of the code.' }),
}));

builder.queryFields((t) => ({
  completeCode: t.field({
    type: CodeCompletion,
    extensions: needsRuntime,
    description: `Asks a kernel how code can be completed. ${how}`,
    args: { ...sessionArgs, ...codeArgs, ...cursorArgs },
    resolve: (_root, args, { services, ctx }) => completeCode(services, ctx, args),
  }),
  inspectCode: t.field({
    type: CodeInspection,
    extensions: needsRuntime,
    description: `Asks a kernel about the object at a position of code. ${how}`,
    args: {
      ...{ ...sessionArgs, ...codeArgs, ...cursorArgs },
      detailLevel: t.arg.int({ description: '1 for the source too; default 0.' }),
    },
    resolve: (_root, args, { services, ctx }) => inspectCode(services, ctx, args),
  }),
  isCodeComplete: t.field({
    type: CodeCompleteness,
    extensions: needsRuntime,
    description: `Asks a kernel whether code can run, or more lines should follow. ${how}`,
    args: { ...sessionArgs, ...codeArgs },
    resolve: (_root, args, { services, ctx }) => checkCompleteness(services, ctx, args),
  }),
  kernelHistory: t.field({
    type: [KernelHistoryEntry],
    extensions: { ...needsRuntime, listSize: 1_000 },
    description:
      'Reads the code that a kernel, and earlier ones of its worker, have run, the newest last; at most 4 MiB, the newest. ' +
      how,
    args: {
      ...sessionArgs,
      access: t.arg({
        type: HistoryAccess,
        required: true,
        description: 'Which entries: a range of one session, the newest ones, or those with a text.',
      }),
      n: t.arg.int({ description: 'For `tail` and `search`: how many, 1,000 at most; default 100.' }),
      pattern: t.arg.string({ description: 'For `search`: a text with the wildcards `*` and `?`.' }),
      unique: t.arg.boolean({ description: 'For `search`: the same code once only; default false.' }),
      session: t.arg.int({
        description: 'For `range`: its number, 0 for the current one, -1 for the one before; default 0.',
      }),
      start: t.arg.int({ description: 'For `range`: the first line; default 1.' }),
      stop: t.arg.int({ description: 'For `range`: the line after the last one; default 1,000 lines.' }),
    },
    resolve: (_root, { spaceSlug, sessionId, ...question }, { services, ctx }) =>
      readHistory(services, ctx, { spaceSlug, sessionId }, question),
  }),
}));
