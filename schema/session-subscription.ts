import { watchSessions } from '../src/subscriptions/watch-sessions.js';
import { builder } from './builder.js';
import { Session } from './session.js';

builder.subscriptionField('sessionChanged', (t) =>
  t.field({
    type: Session,
    description:
      'Follows the sessions in workspaces that the caller can view; a deleted one is told as dead. ' +
      'A slow reader gets the newest state of each. Ends with an error once the caller may not follow any more. ' +
      'Needs the scope `read`.',
    args: {
      spaceSlug: t.arg.string({ required: true, description: 'The space.' }),
      workspaceId: t.arg.id({ description: 'Only those of this workspace; needs `canView`.' }),
      sessionId: t.arg.id({ description: 'Only this session; needs `canView` in its workspace.' }),
    },
    subscribe: (_root, { spaceSlug, ...filter }, { services, ctx }) =>
      watchSessions(services, ctx, spaceSlug, filter),
    resolve: (row) => row,
  }),
);
