import { loadRepository } from '../src/repositories/load-repository.js';
import { builder } from './builder.js';
import { RepositoryKindEnum } from './enums.js';
import { Space } from './space.js';

export const Repository = builder.prismaObject('Repository', {
  description: 'A Git repository of a space.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID.' }),
    name: t.exposeString('name', { description: 'Unique in its space.' }),
    kind: t.expose('kind', { type: RepositoryKindEnum, description: 'What it is for.' }),
    defaultBranch: t.exposeString('defaultBranch', {
      description: 'The branch that is meant when none is named.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

builder.objectFields(Space, (t) => ({
  repository: t.field({
    type: Repository,
    description:
      'One repository; needs `canView` in a workspace over it, or, where there is none, membership.',
    args: { id: t.arg.id({ required: true, description: 'UUID.' }) },
    resolve: async (space, { id }, ctx) => (await loadRepository(ctx, space.slug, id, 'view')).repository,
  }),
}));
