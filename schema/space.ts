import { requireScope } from '../src/auth/require-scope.js';
import { loadSpace, loadSpaceById } from '../src/spaces/space-access.js';
import { builder } from './builder.js';
import { SpaceRoleEnum } from './enums.js';

export const Space = builder.prismaObject('Space', {
  description: 'A tenant: members, repositories and workspaces. Only its members know that it exists.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID.' }),
    slug: t.exposeString('slug', { description: 'Its name in paths.' }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    role: t.field({
      type: SpaceRoleEnum,
      description: "The caller's role.",
      resolve: async (space, _args, ctx) => (await loadSpaceById(ctx, space.id)).role,
    }),
  }),
});

builder.queryField('space', (t) =>
  t.field({
    type: Space,
    description: 'One space. `not_found`, alike, when it does not exist and when the caller is no member.',
    args: { slug: t.arg.string({ required: true, description: 'Its name in paths, e.g. `demo`.' }) },
    resolve: async (_root, { slug }, ctx) => {
      requireScope(ctx, 'read');
      return (await loadSpace(ctx, slug)).space;
    },
  }),
);
