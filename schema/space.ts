import { loadSpace, loadSpaceById } from '../src/access/load-space.js';
import { requireScope } from '../src/access/require-scope.js';
import { spacePermissions } from '../src/access/space-policy.js';
import { createSpace } from '../src/spaces/create-space.js';
import { listSpaces } from '../src/spaces/list-spaces.js';
import { updateSpace } from '../src/spaces/update-space.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { EffectivePermissions } from './effective-permissions.js';
import { SpaceRoleEnum } from './enums.js';

/** The object type of a space, which the fields of its resources extend. */
export const Space = builder.prismaObject('Space', {
  description: 'A tenant: members, repositories and workspaces. Only its members know that it exists.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the space.' }),
    slug: t.exposeString('slug', { description: 'Its name in paths.' }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    role: t.field({
      type: SpaceRoleEnum,
      description: 'What the caller may do here; a platform admin has `admin` in each space.',
      resolve: async (space, _args, { services, ctx }) => (await loadSpaceById(services, ctx, space.id)).role,
    }),
    effectivePermissions: t.field({
      type: EffectivePermissions,
      description: "What the caller's role lets them do: an editor makes workspaces, an admin manages all.",
      resolve: async (space, _args, { services, ctx }) =>
        spacePermissions(await loadSpaceById(services, ctx, space.id)),
    }),
  }),
});

const SpaceConnection = connectionType('Space', Space);

builder.queryFields((t) => ({
  spaces: t.field({
    type: SpaceConnection,
    description: 'The spaces that the caller is a member of, all for a platform admin; newest first.',
    args: pageArgs,
    resolve: (_root, args, { services, ctx }) => readPage(args, listSpaces(services, ctx)),
  }),
  space: t.field({
    type: Space,
    description: 'One space. `not_found`, alike, when it does not exist and when the caller is no member.',
    args: { slug: t.arg.string({ required: true, description: 'Its name in paths, e.g. `demo`.' }) },
    resolve: async (_root, { slug }, { services, ctx }) => {
      requireScope(ctx, 'read');
      return (await loadSpace(services, ctx, slug)).space;
    },
  }),
}));

const CreateSpaceInput = builder.inputType('CreateSpaceInput', {
  description: 'The slug and the name of a new space.',
  fields: (t) => ({
    slug: t.string({
      required: true,
      description: 'Its name in paths, for good: 1 to 63 lower-case letters, digits and hyphens.',
    }),
    name: t.string({ required: true, description: '1 to 200 characters.' }),
  }),
});

const UpdateSpaceInput = builder.inputType('UpdateSpaceInput', {
  description: 'The new name of a space; its slug never changes.',
  fields: (t) => ({ name: t.string({ required: true, description: '1 to 200 characters.' }) }),
});

builder.mutationFields((t) => ({
  createSpace: t.field({
    type: Space,
    description: 'Creates a space without members. Needs the scope `admin` and a platform admin.',
    args: {
      input: t.arg({ type: CreateSpaceInput, required: true, description: 'The values of the new object.' }),
    },
    resolve: (_root, { input }, { services, ctx }) => createSpace(services, ctx, input),
  }),
  updateSpace: t.field({
    type: Space,
    description: 'Renames a space. Needs the scope `admin` and a platform admin.',
    args: {
      slug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      input: t.arg({
        type: UpdateSpaceInput,
        required: true,
        description: 'What to change; what is absent stays.',
      }),
    },
    resolve: (_root, { slug, input }, { services, ctx }) => updateSpace(services, ctx, slug, input),
  }),
}));
