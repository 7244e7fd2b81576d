import { entityTag } from '../src/files/entity-tag.js';
import type { FileLocation } from '../src/files/locate-file.js';
import { readFileState } from '../src/files/read-file-state.js';
import { builder } from './builder.js';
import { Repository } from './repository.js';
import { Workspace } from './workspace.js';

/** The object type of what is at a path. */
export const FileState = builder.objectRef<FileLocation>('FileState').implement({
  description: 'What is at a path of a ref, without the content.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Relative, `/`-separated.' }),
    branch: t.exposeString('branch', { nullable: true, description: 'The branch, when the ref is one.' }),
    sha: t.exposeString('sha', { description: 'The blob: what a save gives as `baseSha`.' }),
    etag: t.string({
      description: 'The entity tag of the file: see `WorkspaceFile.etag`.',
      resolve: (file, _args, { services }) => entityTag(services, file),
    }),
    size: t.exposeInt('size', { description: 'Bytes as stored.' }),
    commitSha: t.exposeString('commitSha', { description: 'The last commit that changed the file.' }),
    notebookId: t.exposeID('notebookId', { nullable: true, description: 'As in `WorkspaceFile`.' }),
  }),
});

const stateArgs = builder.args((t) => ({
  path: t.string({ required: true, description: 'Relative, `/`-separated.' }),
  ref: t.string({ description: 'A branch, tag or commit sha; default the default branch.' }),
}));

builder.prismaObjectField(Workspace, 'fileState', (t) =>
  t.field({
    type: FileState,
    description: 'A file of any kind without its content. Needs the scope `read`.',
    args: stateArgs,
    select: { defaultRepository: true },
    resolve: async ({ defaultRepository: repository, ...workspace }, args, { services, ctx }) =>
      (await readFileState(services, ctx, { repository, workspace }, args)).location,
  }),
);

builder.prismaObjectField(Repository, 'fileState', (t) =>
  t.field({
    type: FileState,
    description: 'A file of any kind without its content. Needs the scope `read`.',
    args: stateArgs,
    resolve: async (repository, args, { services, ctx }) =>
      (await readFileState(services, ctx, { repository, workspace: null }, args)).location,
  }),
);
