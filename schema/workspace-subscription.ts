import { type WorkspaceChange, watchWorkspaces } from '../src/subscriptions/watch-workspaces.js';
import { builder } from './builder.js';
import { Workspace } from './workspace.js';

const WorkspaceChangeKind = builder.enumType('WorkspaceChangeKind', {
  description: 'What happened to a workspace.',
  values: {
    created: { description: 'It was made.' },
    updated: { description: 'Its metadata changed.' },
    access_changed: { description: 'Its sharing was replaced.' },
    archived: { description: 'It was archived.' },
    unarchived: { description: 'It was taken out of the archive.' },
  },
});

const WorkspaceChangeObject = builder.objectRef<WorkspaceChange>('WorkspaceChange').implement({
  description: 'A workspace that changed.',
  fields: (t) => ({
    change: t.expose('change', { type: WorkspaceChangeKind, description: 'What happened.' }),
    workspace: t.field({
      type: Workspace,
      description: 'The workspace as it is now.',
      resolve: (event) => event.workspace,
    }),
  }),
});

builder.subscriptionField('workspaceChanged', (t) =>
  t.field({
    type: WorkspaceChangeObject,
    description:
      'Follows the workspaces that the caller can view at that moment. Ends with an error once the caller may not ' +
      'follow any more, or reads too slowly. Needs the scope `read`.',
    args: {
      spaceSlug: t.arg.string({ required: true, description: 'The space.' }),
      workspaceId: t.arg.id({ description: 'Only this workspace; needs `canView`.' }),
    },
    subscribe: (_root, { spaceSlug, workspaceId }, { services, ctx }) =>
      watchWorkspaces(services, ctx, spaceSlug, { workspaceId }),
    resolve: (event) => event,
  }),
);
