import { createRepositoryWithRemote } from '../src/remotes/create-repository-with-remote.js';
import { listRepositories } from '../src/repositories/list-repositories.js';
import { loadRepository } from '../src/repositories/load-repository.js';
import { loadRepositoryPermissions } from '../src/repositories/load-repository-permissions.js';
import { updateRepository } from '../src/repositories/update-repository.js';
import { visibleWorkspaceId } from '../src/repositories/visible-workspace-id.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { EffectivePermissions } from './effective-permissions.js';
import { RepositoryKindEnum } from './enums.js';
import { RepositoryRemoteInput } from './repository-remote-input.js';
import { Space } from './space.js';

/** The object type of a Git repository. */
export const Repository = builder.prismaObject('Repository', {
  description: 'A Git repository of a space.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the repository.' }),
    name: t.exposeString('name', { description: 'Unique in its space.' }),
    kind: t.expose('kind', {
      type: RepositoryKindEnum,
      description: 'As its creator chose; it changes no permission.',
    }),
    defaultBranch: t.exposeString('defaultBranch', {
      description: 'The branch that requests without one use.',
    }),
    allowNonFastForward: t.exposeBoolean('allowNonFastForward', {
      description:
        'Whether a push may replace the commits of a branch or move a tag. What it replaces is kept under a hidden ref.',
    }),
    effectivePermissions: t.field({
      type: EffectivePermissions,
      description: 'What the caller may do with it at this moment.',
      resolve: (repository, _args, { services, ctx }) => loadRepositoryPermissions(services, ctx, repository),
    }),
    visibleWorkspaceId: t.id({
      nullable: true,
      description: 'The oldest live workspace over it that the caller can view; null when there is none.',
      resolve: (repository, _args, { services, ctx }) => visibleWorkspaceId(services, ctx, repository),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

const RepositoryConnection = connectionType('Repository', Repository);

builder.objectFields(Space, (t) => ({
  repositories: t.field({
    type: RepositoryConnection,
    description: 'The repositories that the caller can view, newest first.',
    args: pageArgs,
    resolve: (space, args, { services, ctx }) => readPage(args, listRepositories(services, ctx, space.slug)),
  }),
  repository: t.field({
    type: Repository,
    description:
      'One repository; needs `canView` in a workspace over it, or, where there is none, membership.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the repository.' }) },
    resolve: async (space, { id }, { services, ctx }) =>
      (await loadRepository(services, ctx, space.slug, id, 'view')).repository,
  }),
}));

const repositoryName = '1 to 100 letters, digits, dots, underscores and hyphens; unique in the space.';

const CreateRepositoryInput = builder.inputType('CreateRepositoryInput', {
  description: 'The name and the kind of a new repository, and what it mirrors.',
  fields: (t) => ({
    name: t.string({ required: true, description: repositoryName }),
    kind: t.field({
      type: RepositoryKindEnum,
      required: true,
      description: 'A label; it changes no permission.',
    }),
    defaultBranch: t.string({ description: 'Default `main`.' }),
    remote: t.field({
      type: RepositoryRemoteInput,
      description:
        'A remote that it mirrors from the first; its default branch becomes that of the repository.',
    }),
    allowNonFastForward: t.boolean({ description: 'Whether pushes may be forced; default false.' }),
  }),
});

const UpdateRepositoryInput = builder.inputType('UpdateRepositoryInput', {
  description: 'What to change of a repository; what is absent stays.',
  fields: (t) => ({
    name: t.string({ description: repositoryName }),
    defaultBranch: t.string({ description: 'A branch that exists.' }),
    allowNonFastForward: t.boolean({ description: 'Whether pushes may be forced.' }),
  }),
});

builder.mutationFields((t) => ({
  createRepository: t.field({
    type: Repository,
    description:
      'Creates a Git repository with a README.md on its default branch. Needs the scope `admin` and the space role admin.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      input: t.arg({
        type: CreateRepositoryInput,
        required: true,
        description: 'The values of the new object.',
      }),
    },
    resolve: (_root, { spaceSlug, input }, { services, ctx }) =>
      createRepositoryWithRemote(services, ctx, spaceSlug, input),
  }),
  updateRepository: t.field({
    type: Repository,
    description:
      'Changes the name, the default branch or what pushes may do. Needs the scope `admin` and the space role admin.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      id: t.arg.id({ required: true, description: 'UUID of the repository.' }),
      input: t.arg({
        type: UpdateRepositoryInput,
        required: true,
        description: 'What to change; what is absent stays.',
      }),
    },
    resolve: (_root, { spaceSlug, id, input }, { services, ctx }) =>
      updateRepository(services, ctx, spaceSlug, id, input),
  }),
}));
