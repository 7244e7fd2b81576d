import { type BranchMerge, mergeBranch } from '../src/files/merge/merge-branch.js';
import { builder } from './builder.js';

const BranchMergeType = builder.objectRef<BranchMerge>('BranchMerge').implement({
  description: 'What a merge of two branches did.',
  fields: (t) => ({
    commitSha: t.exposeString('commitOid', { description: 'The tip of the target now.' }),
    parentSha: t.exposeString('parentOid', { description: 'The tip of the target before.' }),
    changed: t.exposeBoolean('changed', {
      description: 'False when the target had all commits of the source already.',
    }),
    isFastForward: t.exposeBoolean('isFastForward', {
      description: 'Whether the target was moved to the tip of the source, without a new commit.',
    }),
  }),
});

const MergeBranchInput = builder.inputType('MergeBranchInput', {
  description: 'Which branch is merged into which, and how.',
  fields: (t) => ({
    source: t.string({
      required: true,
      description: 'The branch whose commits are merged; it stays as it is.',
    }),
    target: t.string({ description: "The branch that gets them; default the repository's default branch." }),
    commitMessage: t.string({ description: 'Default `Merge SOURCE into TARGET`.' }),
    fastForward: t.boolean({
      description:
        'Whether no commit is made where the target has nothing that the source has not: it is only moved. Default true.',
    }),
  }),
});

builder.mutationField('mergeBranch', (t) =>
  t.field({
    type: BranchMergeType,
    description:
      'Merges a branch into another one of the repository: notebooks by their cells, text files by their lines. A file that one ' +
      'branch renamed and the other one changed is merged at its new path. Where both changed the same, nothing is written: ' +
      '`merge_conflict` with `files`, each with its `path`, a `reason`, the `cells` of a notebook, and of a file that a branch ' +
      'renamed as `renamed` its paths `base`, `ours` and `theirs`. Needs the scope `write` and `canEdit`; a protected target only space admins change.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      repositoryId: t.arg.id({ required: true, description: 'UUID of a repository of the space.' }),
      input: t.arg({
        type: MergeBranchInput,
        required: true,
        description: 'The branch that is changed, the branch that is merged into it, and how.',
      }),
    },
    resolve: (_root, { spaceSlug, repositoryId, input }, { services, ctx }) =>
      mergeBranch(services, ctx, spaceSlug, repositoryId, input),
  }),
);
