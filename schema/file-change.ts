import type { FileChangeEvent } from '../src/notebooks/versions/file-changes.js';
import { watchFiles } from '../src/subscriptions/watch-files.js';
import { builder } from './builder.js';
import { VersionAuthor } from './notebook-version.js';

const FileChangeKind = builder.enumType('FileChangeKind', {
  description: 'What a commit did to a file.',
  values: {
    created: { description: 'It was not there before.' },
    updated: { description: 'Its content changed.' },
    deleted: { description: 'It is gone.' },
    renamed: { description: 'It has another path.' },
  },
});

const FileChange = builder.objectRef<FileChangeEvent>('FileChange').implement({
  description: 'What one commit did to one file of a branch.',
  fields: (t) => ({
    branch: t.exposeString('branch', { description: 'The name without `refs/heads/`.' }),
    path: t.exposeString('path', { description: 'Where the file is, or was when it is gone.' }),
    change: t.expose('change', { type: FileChangeKind, description: 'What the commit did.' }),
    previousPath: t.exposeString('previousPath', {
      nullable: true,
      description: 'Where it was before; null unless it was renamed.',
    }),
    sha: t.exposeString('sha', { nullable: true, description: 'The blob; null when it is gone.' }),
    notebookId: t.exposeID('notebookId', { nullable: true, description: 'Null for text files.' }),
    commitSha: t.exposeString('commitSha', { description: 'The 40 hex digits of the commit.' }),
    commitMessage: t.exposeString('commitMessage', { description: 'Without its final newline.' }),
    author: t.field({
      type: VersionAuthor,
      description: 'Who made the commit.',
      resolve: (event) => event.author,
    }),
  }),
});

builder.subscriptionField('fileChanged', (t) =>
  t.field({
    type: FileChange,
    description:
      'Follows every commit on a branch from now on, also a native push; a slow reader loses none. Ends with an ' +
      'error once the caller may not follow any more, or the branch is gone. Needs the scope `read` and `canView`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      workspaceId: t.arg.id({ required: true, description: 'UUID of a workspace of the space.' }),
      branch: t.arg.string({ description: "Default the workspace's branch." }),
    },
    subscribe: (_root, { spaceSlug, workspaceId, branch }, { services, ctx }) =>
      watchFiles(services, ctx, spaceSlug, { workspaceId, branch }),
    resolve: (event) => event,
  }),
);
