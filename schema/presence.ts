import { loadUser } from '../src/spaces/load-user.js';
import { watchPresence } from '../src/subscriptions/watch-presence.js';
import { maxPresences, type Presence, readPresence } from '../src/workspaces/presence/list-presence.js';
import { builder } from './builder.js';
import { User } from './user.js';
import { Workspace } from './workspace.js';

const PresenceType = builder.objectRef<Presence>('Presence').implement({
  description: 'A user who has a workspace, or a file of it, open.',
  fields: (t) => ({
    user: t.field({
      type: User,
      description: 'Who has it open.',
      resolve: ({ userId }, _args, { services, ctx }) => loadUser(services, ctx, userId),
    }),
    path: t.exposeString('path', {
      nullable: true,
      description:
        'The file that is open, as the client of that user named it; null for the workspace itself.',
    }),
    since: t.expose('since', { type: 'DateTime', description: 'When the first of their clients opened it.' }),
  }),
});

builder.prismaObjectFields(Workspace, (t) => ({
  presence: t.field({
    type: [PresenceType],
    extensions: { listSize: maxPresences },
    description:
      'Who has it open, once for each user and file, at most 200: those whose clients follow `workspacePresence`. Needs the scope ' +
      '`read`.',
    resolve: ({ id }, _args, { services, ctx }) => readPresence(services, ctx, id),
  }),
}));

builder.subscriptionField('workspacePresence', (t) =>
  t.field({
    type: [PresenceType],
    extensions: { listSize: maxPresences },
    description:
      'Follows who has a workspace open, and lists the caller while it is open: the whole list, first that of now, then ' +
      'after each change. Those of a gateway that was killed go away within two minutes. ' +
      'Needs the scope `read` and `canView`; ends with an error when the caller loses it.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      workspaceId: t.arg.id({ required: true, description: 'UUID of a workspace of the space.' }),
      path: t.arg.string({
        description:
          'The file that the caller has open, at most 4,096 characters; default the workspace itself.',
      }),
      isListed: t.arg.boolean({
        defaultValue: true,
        description: 'Whether the caller is listed too, e.g. not for a dashboard; default true.',
      }),
    },
    subscribe: (_root, { spaceSlug, workspaceId, path, isListed }, { services, ctx }) =>
      watchPresence(services, ctx, {
        spaceSlug,
        workspaceId,
        path: path ?? null,
        isListed: isListed ?? true,
      }),
    resolve: (list) => list,
  }),
);
