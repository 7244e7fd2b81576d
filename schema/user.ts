import { createUser } from '../src/spaces/create-user.js';
import { listUsers } from '../src/spaces/list-users.js';
import { readUser } from '../src/spaces/read-user.js';
import { updateUser } from '../src/spaces/update-user.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { searchUsersArgs } from './search-arg.js';

/** The object type of a user, who may be a person or a machine. */
export const User = builder.prismaObject('User', {
  description: 'A person, or a machine that acts for itself.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the user.' }),
    name: t.exposeString('name', { description: 'Also the author of their commits.' }),
    email: t.exposeString('email', { description: 'Also the author of their commits.' }),
    isPlatformAdmin: t.exposeBoolean('isPlatformAdmin', {
      description: 'Whether they are an admin of every space and of the platform itself.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they were added.' }),
  }),
});

/** A page of users, of the platform or of a team. */
export const UserConnection = connectionType('User', User);

builder.queryFields((t) => ({
  me: t.prismaField({
    type: 'User',
    description: 'The owner of the token in use.',
    resolve: (query, _root, _args, { services, ctx }) =>
      services.prisma.user.findUniqueOrThrow({ ...query, where: { id: ctx.actor.userId } }),
  }),
  user: t.field({
    type: User,
    description: 'One user, for platform admins; `not_found` for an unknown id. Needs the scope `read`.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the user.' }) },
    resolve: (_root, { id }, { services, ctx }) => readUser(services, ctx, id),
  }),
  users: t.field({
    type: UserConnection,
    description: 'All users, newest first; for platform admins and for admins of any space.',
    args: { ...pageArgs, ...searchUsersArgs },
    resolve: (_root, args, { services, ctx }) => readPage(args, listUsers(services, ctx, args.search)),
  }),
}));

const CreateUserInput = builder.inputType('CreateUserInput', {
  description: 'The name and the e-mail address of a new user.',
  fields: (t) => ({
    name: t.string({ required: true, description: '1 to 200 characters.' }),
    email: t.string({ required: true, description: 'Unique; at most 254 characters.' }),
    isPlatformAdmin: t.boolean({ description: 'Default false.' }),
  }),
});

const UpdateUserInput = builder.inputType('UpdateUserInput', {
  description: 'What to change of a user; what is absent stays.',
  fields: (t) => ({
    name: t.string({ description: '1 to 200 characters.' }),
    email: t.string({ description: 'Unique; at most 254 characters.' }),
    isPlatformAdmin: t.boolean({ description: 'None can take the role from themselves.' }),
  }),
});

builder.mutationFields((t) => ({
  createUser: t.field({
    type: User,
    description:
      'Makes a user without tokens and memberships. Needs the scope `admin` and a platform admin. A taken e-mail address: ' +
      '`already_exists`.',
    args: { input: t.arg({ type: CreateUserInput, required: true, description: 'Whom to make.' }) },
    resolve: (_root, { input }, { services, ctx }) => createUser(services, ctx, input),
  }),
  updateUser: t.field({
    type: User,
    description:
      'Changes the fields of a user that are given; the others stay. Needs the scope `admin` and a platform admin.',
    args: {
      id: t.arg.id({ required: true, description: 'UUID of the user.' }),
      input: t.arg({
        type: UpdateUserInput,
        required: true,
        description: 'What to change; what is absent stays.',
      }),
    },
    resolve: (_root, { id, input }, { services, ctx }) => updateUser(services, ctx, id, input),
  }),
}));
