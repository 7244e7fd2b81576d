import { watchExecutions } from '../src/subscriptions/watch-executions.js';
import { builder } from './builder.js';
import { Execution } from './execution.js';

builder.subscriptionField('executionsChanged', (t) =>
  t.field({
    type: Execution,
    description:
      'Follows what is queued, begins and ends in workspaces that the caller can view. ' +
      'A slow reader gets the newest state of each. Ends with an error once the caller may not follow any more. ' +
      'Needs the scope `read`.',
    args: {
      spaceSlug: t.arg.string({ required: true, description: 'The space.' }),
      workspaceId: t.arg.id({ description: 'Only those of this workspace; needs `canView`.' }),
      sessionId: t.arg.id({ description: 'Only those of this session; needs `canView` in its workspace.' }),
    },
    subscribe: (_root, { spaceSlug, ...filter }, { services, ctx }) =>
      watchExecutions(services, ctx, spaceSlug, filter),
    resolve: (row) => row,
  }),
);
