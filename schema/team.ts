import { addTeamMember } from '../src/spaces/add-team-member.js';
import { createTeam } from '../src/spaces/create-team.js';
import { deleteTeam } from '../src/spaces/delete-team.js';
import { listTeamMembers } from '../src/spaces/list-team-members.js';
import { listTeams } from '../src/spaces/list-teams.js';
import { removeTeamMember } from '../src/spaces/remove-team-member.js';
import { renameTeam } from '../src/spaces/rename-team.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { searchNamesArgs, searchUsersArgs } from './search-arg.js';
import { Space } from './space.js';
import { UserConnection } from './user.js';

const Team = builder.prismaObject('Team', {
  description: 'Members of a space that workspaces can be shared with as one.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the team.' }),
    name: t.exposeString('name', { description: 'Unique in its space.' }),
    members: t.field({
      type: UserConnection,
      description: 'Who is in it, newest user first.',
      args: { ...pageArgs, ...searchUsersArgs },
      resolve: (team, args, { services, ctx }) =>
        readPage(args, listTeamMembers(services, ctx, team, args.search)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

const TeamConnection = connectionType('Team', Team);

builder.objectFields(Space, (t) => ({
  teams: t.field({
    type: TeamConnection,
    description: 'The teams, newest first.',
    args: { ...pageArgs, ...searchNamesArgs },
    resolve: (space, args, { services, ctx }) =>
      readPage(args, listTeams(services, ctx, space.slug, args.search)),
  }),
}));

const teamArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  id: t.id({ required: true, description: 'UUID of the team.' }),
}));

builder.mutationFields((t) => ({
  createTeam: t.field({
    type: Team,
    description: 'Creates a team without members. Needs the scope `admin` and the space role admin.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      name: t.arg.string({ required: true, description: 'Unique in the space; 1 to 200 characters.' }),
    },
    resolve: (_root, { spaceSlug, name }, { services, ctx }) => createTeam(services, ctx, spaceSlug, name),
  }),
  renameTeam: t.field({
    type: Team,
    description: 'Gives a team another name. Needs the scope `admin` and the space role admin.',
    args: {
      ...teamArgs,
      name: t.arg.string({ required: true, description: 'Unique in the space; 1 to 200 characters.' }),
    },
    resolve: (_root, { spaceSlug, id, name }, { services, ctx }) =>
      renameTeam(services, ctx, spaceSlug, id, name),
  }),
  deleteTeam: t.boolean({
    description:
      'Deletes a team and the grants that it had. Needs the scope `admin` and the space role admin.',
    args: teamArgs,
    resolve: async (_root, { spaceSlug, id }, { services, ctx }) => {
      await deleteTeam(services, ctx, spaceSlug, id);
      return true;
    },
  }),
}));

const teamMemberArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  teamId: t.id({ required: true, description: 'UUID of a team of the space.' }),
  userId: t.id({ required: true, description: 'A member of the space.' }),
}));

builder.mutationFields((t) => ({
  addTeamMember: t.field({
    type: Team,
    description:
      'Puts a member of the space into a team; idempotent. Needs the scope `admin` and the space role admin.',
    args: teamMemberArgs,
    resolve: (_root, { spaceSlug, teamId, userId }, { services, ctx }) =>
      addTeamMember(services, ctx, spaceSlug, teamId, userId),
  }),
  removeTeamMember: t.field({
    type: Team,
    description: 'Takes a user out of a team. Needs the scope `admin` and the space role admin.',
    args: teamMemberArgs,
    resolve: (_root, { spaceSlug, teamId, userId }, { services, ctx }) =>
      removeTeamMember(services, ctx, spaceSlug, teamId, userId),
  }),
}));
