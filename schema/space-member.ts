import { listSpaceMembers, type MemberRow } from '../src/spaces/list-space-members.js';
import { removeSpaceMember } from '../src/spaces/remove-space-member.js';
import { setSpaceMember } from '../src/spaces/set-space-member.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { SpaceRoleEnum } from './enums.js';
import { searchUsersArgs } from './search-arg.js';
import { Space } from './space.js';
import { User } from './user.js';

const SpaceMember = builder.objectRef<MemberRow>('SpaceMember').implement({
  description: 'A user who may enter a space, and their role there.',
  fields: (t) => ({
    userId: t.exposeID('userId', { description: 'UUID of the user.' }),
    user: t.expose('user', { type: User, description: 'The member, with name and e-mail address.' }),
    role: t.expose('role', { type: SpaceRoleEnum, description: 'What they may do here.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they became a member.' }),
  }),
});

const SpaceMemberConnection = connectionType('SpaceMember', SpaceMember);

builder.objectFields(Space, (t) => ({
  members: t.field({
    type: SpaceMemberConnection,
    description: 'The members, newest first.',
    args: { ...pageArgs, ...searchUsersArgs },
    resolve: (space, args, { services, ctx }) =>
      readPage(args, listSpaceMembers(services, ctx, space.slug, args.search)),
  }),
}));

const memberArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  userId: t.id({ required: true, description: 'UUID of the user.' }),
}));

builder.mutationFields((t) => ({
  setSpaceMember: t.field({
    type: SpaceMember,
    description:
      'Makes a user a member, or gives a member another role. Needs the scope `admin` and the space role admin.',
    args: {
      ...memberArgs,
      role: t.arg({ type: SpaceRoleEnum, required: true, description: 'What they may do here.' }),
    },
    resolve: (_root, { spaceSlug, userId, role }, { services, ctx }) =>
      setSpaceMember(services, ctx, spaceSlug, userId, role),
  }),
  removeSpaceMember: t.boolean({
    description:
      "Ends a membership, and with it those in the space's teams and the grants in its workspaces. Needs the scope " +
      '`admin` and the space role admin.',
    args: memberArgs,
    resolve: async (_root, { spaceSlug, userId }, { services, ctx }) => {
      await removeSpaceMember(services, ctx, spaceSlug, userId);
      return true;
    },
  }),
}));
