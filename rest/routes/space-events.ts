import { FollowSpaceEventsDocument } from '../generated/operations.js';
import { followSpaceQuery } from '../payloads/space-events.js';
import { type RestRoute, route } from '../route.js';

/** The route of the stream of a space. */
export const spaceEventRoutes: RestRoute[] = [
  route({
    operationId: 'streamSpaceEvents',
    tag: 'Events',
    method: 'get',
    path: '/events',
    summary: 'Stream everything that happens in the space and that you can view.',
    description:
      'Each change is a `space_event`, once and in the order of the numbers: files, workspaces, workers, sessions, executions, ' +
      'runs, schedules and remotes; for space admins with the scope `admin` maintenance too. The stream does not end by itself. Resume it ' +
      'with `Last-Event-ID`; where events are not stored any more, for `EVENT_RETENTION_HOURS`, it begins with a `reset`.',
    needs: { scope: 'read', permission: 'membership of the space; only events that you can view are sent' },
    query: followSpaceQuery,
    document: FollowSpaceEventsDocument,
    variables: ({ space, query, headers }) => ({
      space,
      after: headers.get('last-event-id') || query.after,
      heartbeatSeconds: query.heartbeat_seconds,
    }),
    responds: { kind: 'spaceStream', at: 'spaceEvents' },
  }),
];
