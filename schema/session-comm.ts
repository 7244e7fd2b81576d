import { jsonSize } from '../src/executions/event-codec.js';
import type { CommItem } from '../src/executions/widgets/comm-feed.js';
import { type CommPage, readComms } from '../src/executions/widgets/read-comms.js';
import { type CommStreamItem, watchComms } from '../src/subscriptions/watch-comms.js';
import { builder } from './builder.js';
import { buffers } from './execution-event.js';
import { largeValue } from './large-value.js';
import { needsRuntime } from './needs-runtime.js';
import { Session } from './session.js';

const SessionCommEvent = builder.interfaceRef<CommStreamItem>('SessionCommEvent').implement({
  description:
    'What happened on the comms of a session, or the state of its widgets. Ignore types that you do not know.',
  resolveType: ({ type }) => (type === 'widget_state' ? 'SessionWidgetState' : 'SessionCommMessage'),
  fields: (t) => ({
    type: t.exposeString('type', {
      description: '`widget_state`, `comm_open`, `comm_msg` or `comm_close`.',
    }),
  }),
});

builder.objectRef<Extract<CommStreamItem, { type: 'widget_state' }>>('SessionWidgetState').implement({
  description:
    'The state of all widgets at this moment, in place of all that came before: at the beginning, after a restart of the ' +
    'kernel, and where the reader was too slow.',
  interfaces: [SessionCommEvent],
  fields: (t) => ({
    state: t.field({
      type: 'JSON',
      nullable: true,
      description: 'As `Session.widgetState`; null where the kernel is dead.',
      resolve: ({ state }) => state,
    }),
  }),
});

const SessionCommMessage = builder.objectRef<CommItem>('SessionCommMessage').implement({
  description:
    'A message of the kernel on a comm, or that a client opened or closed one. What an `ipywidgets.Output` captures is an ' +
    'update of its `outputs` here, with no need to read the logs.',
  interfaces: [SessionCommEvent],
  fields: (t) => ({
    commId: t.id({
      description: 'The id of the comm; for a widget the id of its model.',
      resolve: ({ comm_id }) => comm_id,
    }),
    targetName: t.string({
      nullable: true,
      description: 'In a `comm_open` the target that handles the comm, e.g. `jupyter.widget`; else null.',
      resolve: (item) => (item.type === 'comm_open' ? item.target_name : null),
    }),
    metadata: t.field({
      type: 'JSON',
      nullable: true,
      description: 'In a `comm_open` the metadata, e.g. the version of the protocol of widgets; else null.',
      resolve: (item) => (item.type === 'comm_open' ? item.metadata : null),
    }),
    data: t.field({
      type: 'JSON',
      description: 'The JSON that the comm carries; its target defines the shape.',
      resolve: ({ data }) => data,
    }),
    buffers: t.stringList({ nullable: true, description: buffers, resolve: (item) => item.buffers }),
    messageId: t.id({
      nullable: true,
      description:
        'The `messageId` of the message of a client that caused it, so that a client knows the echo of its own; null where ' +
        'no client did.',
      resolve: ({ message_id }) => message_id,
    }),
  }),
});

const CommPageType = builder.objectRef<CommPage>('SessionCommPage').implement({
  description: 'Some of what happened on the comms of a session.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'What to read after next. The cursor of a restarted gateway is another one.',
    }),
    isReset: t.boolean({
      description: 'Whether `state` stands in place of all that the reader knows.',
      resolve: ({ state }) => state !== undefined,
    }),
    state: t.field({
      type: 'JSON',
      nullable: true,
      description: 'As `Session.widgetState`, where `isReset`; else null, as where the kernel is dead.',
      resolve: ({ state }) => state ?? null,
    }),
    messages: t.field({
      type: [SessionCommMessage],
      extensions: { listSize: 256 },
      description: 'The next ones, in order: at most 256, of about 1 MiB; one alone may be larger.',
      resolve: ({ items }) => items,
    }),
  }),
});

builder.prismaObjectFields(Session, (t) => ({
  comms: t.field({
    type: CommPageType,
    extensions: needsRuntime,
    description:
      'What happened on its comms, for a client that cannot subscribe to `sessionComms`. The last 1,000 messages and 4 MiB are ' +
      'kept, until nobody has read for a minute; of messages over 16 MiB, and of comms with an id of more than 200 ' +
      'characters, nothing comes. `kernel_busy` while the kernel starts.',
    args: {
      after: t.arg.string({
        description: 'The `cursor` of the page before; default none, for the state of the widgets.',
      }),
    },
    resolve: async (session, { after }, context, info) => {
      const read = async () => {
        const page = await readComms(context.services, session.id, after ?? null);
        return { page, size: jsonSize(page) };
      };
      return (await largeValue(info, read)).page;
    },
  }),
}));

builder.subscriptionField('sessionComms', (t) =>
  t.field({
    type: SessionCommEvent,
    description:
      'Follows the widgets and all other comms of a session: first the state of the widgets, then each message of the kernel, ' +
      'whatever caused it, in order. A reader that is more than 1,000 messages or 4 MiB behind gets the state again, as all do ' +
      'in place of a message over 16 MiB. A comm whose id has more than 200 characters is left out. While the ' +
      'state cannot be read, as while a kernel starts, nothing comes. Ends with an error when the session is deleted or the ' +
      'caller loses access. Needs the scope `read` and `canView` in its workspace.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      sessionId: t.arg.id({ required: true, description: 'UUID of the session.' }),
    },
    subscribe: (_root, target, { services, ctx }) => watchComms(services, ctx, target),
    resolve: (item) => item,
  }),
);
