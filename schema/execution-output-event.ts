import { builder } from './builder.js';
import { buffers, interfaces, type Of, typeNames } from './execution-event.js';

const data = 'By MIME type.';
const metadata = 'By MIME type, or for all.';
const transient = 'What is not kept in a notebook, as `display_id`.';

builder.objectRef<Of<'execute_input'>>(typeNames.execute_input).implement({
  description: 'The kernel took the code.',
  interfaces,
  fields: (t) => ({
    code: t.string({
      description: 'The source of the cell, as the kernel gets it.',
      resolve: (row) => row.event.code,
    }),
    executionCount: t.int({
      nullable: true,
      description: "The kernel's execution counter (`In [n]`) for this cell.",
      resolve: (row) => row.event.execution_count,
    }),
  }),
});

builder.objectRef<Of<'stream'>>(typeNames.stream).implement({
  description: 'Text on stdout or stderr.',
  interfaces,
  fields: (t) => ({
    name: t.string({ description: '`stdout` or `stderr`.', resolve: (row) => row.event.name }),
    text: t.string({
      description: 'What was printed since the last such event; UTF-8.',
      resolve: (row) => row.event.text,
    }),
  }),
});

builder.objectRef<Of<'display_data'>>(typeNames.display_data).implement({
  description: 'An output that the code displays, in one or more formats.',
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
      description: "The kernel's execution counter (`In [n]`) for this cell.",
      resolve: (row) => row.event.execution_count,
    }),
    transient: t.field({ type: 'JSON', description: transient, resolve: (row) => row.event.transient }),
  }),
});

builder.objectRef<Of<'error'>>(typeNames.error).implement({
  description: "An exception of the user's code.",
  interfaces,
  fields: (t) => ({
    ename: t.string({ description: 'The class of the exception.', resolve: (row) => row.event.ename }),
    evalue: t.string({
      description: 'The message of the exception; empty if it has none.',
      resolve: (row) => row.event.evalue,
    }),
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
      description:
        'True: remove the outputs only when the next one arrives, so that nothing flickers. False: remove them now.',
      resolve: (row) => row.event.wait,
    }),
  }),
});

builder.objectRef<Of<'input_request'>>(typeNames.input_request).implement({
  description: 'The code asks for a line of input: answer with the mutation `answerInput`.',
  interfaces,
  fields: (t) => ({
    prompt: t.string({ description: 'The prompt to show to the user.', resolve: (row) => row.event.prompt }),
    password: t.boolean({
      description: 'Whether to hide what is typed.',
      resolve: (row) => row.event.password,
    }),
    requestId: t.string({
      description: 'What the answer names; each request can be answered once.',
      resolve: (row) => row.event.request_id ?? '',
    }),
  }),
});

builder.objectRef<Of<'payload'>>(typeNames.payload).implement({
  description:
    'What the kernel asks clients to do after the run, e.g. to insert a cell: a payload of its reply.',
  interfaces,
  fields: (t) => ({
    source: t.string({
      description:
        '`set_next_input`, `edit_magic`, `ask_exit` or a word of the kernel; `page` is a display instead.',
      resolve: (row) => row.event.source,
    }),
    payload: t.field({
      type: 'JSON',
      description: 'The payload as the kernel sent it.',
      resolve: (row) => row.event.payload,
    }),
  }),
});

builder.objectRef<Of<'output_lost'>>(typeNames.output_lost).implement({
  description: 'Output is known to be missing.',
  interfaces,
  fields: (t) => ({
    count: t.int({
      description: 'The number of messages that are missing; for `outputs_limit`, of outputs that are cut.',
      resolve: (row) => row.event.count,
    }),
    reason: t.string({
      description:
        '`not_delivered` by the kernel, `log_limit` or `backlog` in the gateway; `outputs_limit`: the log has them, but ' +
        'they are not whole in `outputs` of `FinalResponse`.',
      resolve: (row) => row.event.reason,
    }),
  }),
});

builder.objectRef<Of<'reset'>>(typeNames.reset).implement({
  description:
    'The log has expired: the events before its end are gone. Show these outputs in place of what was shown.',
  interfaces,
  fields: (t) => ({
    outputs: t.field({
      type: 'JSON',
      description: 'The outputs of the cell at the end of the run, as nbformat 4 stores them.',
      resolve: (row) => row.event.outputs,
    }),
    truncated: t.boolean({
      description: 'Whether some of the `outputs` are missing, because they are cut or were lost.',
      resolve: (row) => row.event.truncated,
    }),
  }),
});
