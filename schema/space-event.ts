import type { SpaceEvent } from '../src/space-events/space-event.js';
import { type SpaceStreamItem, watchSpaceEvents } from '../src/subscriptions/watch-space-events.js';
import { builder } from './builder.js';

/** An item of the stream whose kind is that. */
type Of<K extends SpaceStreamItem['kind']> = Extract<SpaceStreamItem, { kind: K }>;

/** The GraphQL type of each kind of item. */
export const itemTypes = {
  workspace: 'SpaceWorkspaceEvent',
  files: 'SpaceFilesEvent',
  worker: 'SpaceWorkerEvent',
  session: 'SpaceSessionEvent',
  execution: 'SpaceExecutionEvent',
  notebook_run: 'SpaceNotebookRunEvent',
  maintenance: 'SpaceMaintenanceEvent',
  remote: 'SpaceRemoteEvent',
  schedule: 'SpaceScheduleEvent',
  heartbeat: 'SpaceHeartbeat',
  reset: 'SpaceEventsReset',
} as const satisfies Record<SpaceEvent['kind'] | SpaceStreamItem['kind'], string>;

/** The interface of all items of the stream of a space. */
const SpaceEventInterface = builder.interfaceRef<SpaceStreamItem>('SpaceEvent').implement({
  description:
    'An item of the numbered stream of a space: what changed, as it was after the change, or where the stream is. Ignore types ' +
    'that you do not know.',
  resolveType: ({ kind }) => itemTypes[kind],
  fields: (t) => ({
    cursor: t.string({
      description:
        'To resume after this item. It is a number that grows with each event of the space; numbers of events that the caller ' +
        'may not see are left out.',
      resolve: ({ number }) => String(number),
    }),
    type: t.string({
      description: 'The type, as one word: the same as in REST.',
      resolve: ({ kind }) => kind,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it happened.' }),
  }),
});

/** The interfaces that the type of an item implements. */
export const interfaces = [SpaceEventInterface];

builder.objectRef<Of<'heartbeat'>>(itemTypes.heartbeat).implement({
  description:
    'The stream works, and everything up to the cursor was delivered. The first one comes at the beginning of a stream that ' +
    'has nothing to deliver then.',
  interfaces,
});

builder.objectRef<Of<'reset'>>(itemTypes.reset).implement({
  description:
    'Events after the cursor of the client are not stored any more: load again what you show. The stream goes on with what ' +
    'happens after the cursor of this item.',
  interfaces,
});

builder.subscriptionField('spaceEvents', (t) =>
  t.field({
    type: SpaceEventInterface,
    description:
      'Follows everything in a space that the caller can view at that moment: files, workspaces, workers, sessions, executions, ' +
      'runs of notebooks, schedules and remotes; for space admins with the scope `admin` maintenance too. Each change comes once, in the ' +
      'order of the numbers, also after a reconnect with `after`. A stream that ends is to be resumed. Needs the scope `read`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      after: t.arg.string({
        description:
          'The `cursor` of the last item that the client has, `0` for all events that are still stored; default only what ' +
          'happens from now on. Events are stored for `EVENT_RETENTION_HOURS`, 2 by default.',
      }),
      heartbeatSeconds: t.arg.int({
        description:
          'After so many seconds without an event comes a `SpaceHeartbeat`, from 1 to 300; default none.',
      }),
    },
    subscribe: (_root, { spaceSlug, after, heartbeatSeconds }, { services, ctx }) =>
      watchSpaceEvents(services, ctx, spaceSlug, { after, heartbeatSeconds }),
    resolve: (item) => item,
  }),
);
