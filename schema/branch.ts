import { createBranch } from '../src/repositories/branches/create-branch.js';
import { deleteBranch } from '../src/repositories/branches/delete-branch.js';
import {
  type Branch as BranchRow,
  listBranches,
  listProtectedBranches,
  type ProtectedBranch as ProtectedBranchRow,
} from '../src/repositories/branches/list-branches.js';
import { setBranchProtection } from '../src/repositories/branches/set-branch-protection.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { Repository } from './repository.js';

const Branch = builder.objectRef<BranchRow>('Branch').implement({
  description: 'A branch of a repository: its name, its newest commit, and whether it is protected.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Without `refs/heads/`.' }),
    commitSha: t.exposeString('commitOid', { description: 'The commit that it points to.' }),
    isProtected: t.exposeBoolean('isProtected', {
      description: 'Whether only space admins write to it directly.',
    }),
  }),
});

const ProtectedBranch = builder.objectRef<ProtectedBranchRow>('ProtectedBranch').implement({
  description: 'A branch that only space admins write to directly.',
  fields: (t) => ({ name: t.exposeString('name', { description: 'Without `refs/heads/`.' }) }),
});

const BranchConnection = connectionType('Branch', Branch);
const ProtectedBranchConnection = connectionType('ProtectedBranch', ProtectedBranch);

builder.prismaObjectFields(Repository, (t) => ({
  branches: t.field({
    type: BranchConnection,
    description: 'The branches, by name.',
    args: pageArgs,
    resolve: (repository, args, { services, ctx }) => readPage(args, listBranches(services, ctx, repository)),
  }),
  protectedBranches: t.field({
    type: ProtectedBranchConnection,
    description: 'The branches that only space admins write to directly, by name.',
    args: pageArgs,
    resolve: (repository, args, { services, ctx }) =>
      readPage(args, listProtectedBranches(services, ctx, repository)),
  }),
}));

const repositoryArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  repositoryId: t.id({ required: true, description: 'UUID of a repository of the space.' }),
}));

builder.mutationFields((t) => ({
  createBranch: t.field({
    type: Branch,
    description:
      'Creates a branch. Needs the scope `write` and `canEdit`. A name that is in use: `already_exists`.',
    args: {
      ...repositoryArgs,
      name: t.arg.string({
        required: true,
        description: 'What `git check-ref-format --branch` accepts; `refs/heads/` before it is left out.',
      }),
      from: t.arg.string({
        description: "A branch, tag or commit sha to begin at; default the repository's default branch.",
      }),
    },
    resolve: (_root, { spaceSlug, repositoryId, name, from }, { services, ctx }) =>
      createBranch(services, ctx, spaceSlug, repositoryId, { name, from }),
  }),
  deleteBranch: t.boolean({
    description:
      'Deletes a branch, but not the default one. Needs the scope `write` and `canEdit`; a protected one only space ' +
      'admins delete.',
    args: {
      ...repositoryArgs,
      name: t.arg.string({ required: true, description: 'The name; `refs/heads/` may be before it.' }),
    },
    resolve: async (_root, { spaceSlug, repositoryId, name }, { services, ctx }) => {
      await deleteBranch(services, ctx, spaceSlug, repositoryId, name);
      return true;
    },
  }),
  setBranchProtection: t.field({
    type: Repository,
    description:
      'Protects a branch, so that only space admins write to it directly, or ends its protection; idempotent. Needs the scope `admin` and the space role ' +
      'admin.',
    args: {
      ...repositoryArgs,
      branch: t.arg.string({ required: true, description: 'The branch; to be protected it must exist.' }),
      protected: t.arg.boolean({
        required: true,
        description: 'True protects the branch, false ends its protection.',
      }),
    },
    resolve: (_root, { spaceSlug, repositoryId, ...input }, { services, ctx }) =>
      setBranchProtection(services, ctx, spaceSlug, repositoryId, input),
  }),
}));
