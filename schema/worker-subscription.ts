import { watchWorkers } from '../src/subscriptions/watch-workers.js';
import { builder } from './builder.js';
import { Worker } from './worker.js';

builder.subscriptionField('workerChanged', (t) =>
  t.field({
    type: Worker,
    description:
      'Follows the status and progress of the workers in workspaces that the caller can view. ' +
      'A slow reader gets the newest state of each. Ends with an error once the caller may not follow any more. ' +
      'Needs the scope `read`.',
    args: {
      spaceSlug: t.arg.string({ required: true, description: 'The space.' }),
      workspaceId: t.arg.id({ description: 'Only those of this workspace; needs `canView`.' }),
      workerId: t.arg.id({ description: 'Only this worker; needs `canView` in its workspace.' }),
    },
    subscribe: (_root, { spaceSlug, ...filter }, { services, ctx }) =>
      watchWorkers(services, ctx, spaceSlug, filter),
    resolve: (row) => row,
  }),
);
