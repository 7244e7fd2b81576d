import { readWidgetState } from '../src/executions/widgets/read-widget-state.js';
import { type SentCommMessage, sendCommMessage } from '../src/executions/widgets/send-comm-message.js';
import { builder } from './builder.js';
import { largeValue } from './large-value.js';
import { needsRuntime } from './needs-runtime.js';
import { Session } from './session.js';

const CommMessageType = builder.enumType('CommMessageType', {
  description:
    'The type of a Jupyter message on a comm, the connection between a widget and its part in the kernel.',
  values: {
    comm_open: { value: 'comm_open', description: 'Opens it, for a target of the kernel.' },
    comm_msg: { value: 'comm_msg', description: 'Sends data on an open comm, e.g. a new value of a widget.' },
    comm_close: { value: 'comm_close', description: 'Ends the comm; nothing may be sent on it afterwards.' },
  } as const,
});

const CommMessageInput = builder.inputType('CommMessageInput', {
  description: 'A message on a comm, with the fields of the Jupyter messaging specification.',
  fields: (t) => ({
    type: t.field({
      type: CommMessageType,
      required: true,
      description: 'Whether it opens the comm, sends data on it or closes it.',
    }),
    commId: t.id({
      required: true,
      description:
        'The id of the comm, at most 200 characters: one of the kernel, or a new one in a `comm_open`.',
    }),
    targetName: t.string({
      description: 'In a `comm_open`: the target that handles the comm in the kernel.',
    }),
    data: t.field({
      type: 'JSON',
      description: 'An object of at most 1,000,000 characters of JSON; default: an empty one.',
    }),
    metadata: t.field({
      type: 'JSON',
      description:
        'An object of at most 10,000 characters of JSON, e.g. with the `version` of the protocol of widgets; default: an ' +
        'empty one.',
    }),
    buffers: t.stringList({
      description: 'Binary buffers as base64: at most 1,000, and 6 MiB together; default: none.',
    }),
    messageId: t.id({
      description:
        "A UUID of the client's that no other message has: `sessionComms` names it with what the message causes. Default: a new " +
        'one.',
    }),
  }),
});

const SentMessage = builder.objectRef<SentCommMessage>('SentCommMessage').implement({
  description: 'A message that the kernel is going to handle. Kernels do not reply to one.',
  fields: (t) => ({
    commId: t.exposeID('commId', { description: 'What later messages name to be on the same comm.' }),
    executionId: t.exposeID('executionId', {
      nullable: true,
      description:
        'UUID of the execution whose log gets what the message causes, as late events. It is the one that opened the comm; for ' +
        'a comm that a client opened, the newest one. Null when the session has run nothing yet: then no log gets it.',
    }),
  }),
});

builder.mutationField('sendCommMessage', (t) =>
  t.field({
    type: SentMessage,
    extensions: needsRuntime,
    description:
      'Sends a message on a comm to a kernel, which handles it behind the cell that it runs; at most 200 messages and ' +
      '32 MiB wait for one kernel. What it causes is late output: follow it with `executionEvents` and `includeLate`; what ' +
      'happens on comms also with `sessionComms`. ' +
      'Needs the scope `execute` and `canEdit`, for the user who created the session and for space admins.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      sessionId: t.arg.id({ required: true, description: 'UUID of the session.' }),
      input: t.arg({
        type: CommMessageInput,
        required: true,
        description: 'What is sent to the kernel of the session, and on which comm.',
      }),
    },
    resolve: (_root, { input, ...target }, { services, ctx }) =>
      sendCommMessage(services, ctx, target, input),
  }),
);

builder.prismaObjectFields(Session, (t) => ({
  widgetState: t.field({
    type: 'JSON',
    nullable: true,
    extensions: needsRuntime,
    description:
      'The state of the widgets of its kernel, `application/vnd.jupyter.widget-state+json` in version 2.0 with the binary ' +
      'values as base64, so that a late viewer can draw them. It has at most 16 MiB: the least recently changed models ' +
      'are left out first, and any with more than 10,000 members. Null when the kernel is dead; `kernel_busy` while it starts.',
    resolve: async (session, _args, context, info) => {
      const read = () => readWidgetState(context.services, session);
      return (await largeValue(info, read)).state;
    },
  }),
}));
