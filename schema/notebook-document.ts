import type { NotebookDocument as DocumentRow } from '../prisma/generated/client/client.js';
import { loadSpace } from '../src/access/load-space.js';
import { loadDocument } from '../src/notebooks/documents/load-document.js';
import { listVersions } from '../src/notebooks/versions/list-versions.js';
import { loadRepositoryPermissions } from '../src/repositories/load-repository-permissions.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { EffectivePermissions } from './effective-permissions.js';
import { NotebookVersion } from './notebook-version.js';
import { Space } from './space.js';

/** A document with the slug of the space that it was found in. */
export interface DocumentInSpace {
  id: string;
  spaceSlug: string;
  document: DocumentRow;
}

/** The object type of the identity of a notebook. */
export const NotebookDocument = builder.objectRef<DocumentInSpace>('NotebookDocument').implement({
  description: 'The identity of a notebook, across renames and branches of its repository.',
  fields: (t) => ({
    id: t.id({ description: 'UUID: the `notebookId` of files.', resolve: ({ document }) => document.id }),
    repositoryId: t.id({
      description: 'UUID of the repository that holds it.',
      resolve: ({ document }) => document.repositoryId,
    }),
    effectivePermissions: t.field({
      type: EffectivePermissions,
      description: 'What the caller may do with it, as with the repository that holds it.',
      resolve: async ({ spaceSlug, document }, _args, { services, ctx }) => {
        const { space } = await loadSpace(services, ctx, spaceSlug);
        return loadRepositoryPermissions(services, ctx, {
          id: document.repositoryId,
          spaceId: space.id,
        });
      },
    }),
  }),
});

const NotebookVersionConnection = connectionType('NotebookVersion', NotebookVersion);

builder.objectFields(NotebookDocument, (t) => ({
  versions: t.field({
    type: NotebookVersionConnection,
    description: 'Its saved versions on one branch, newest first.',
    args: { ...pageArgs, branch: t.arg.string({ description: "Default the repository's default branch." }) },
    resolve: ({ spaceSlug, document }, args, { services, ctx }) =>
      readPage(args, listVersions(services, ctx, spaceSlug, document.id, { branch: args.branch })),
  }),
}));

builder.objectFields(Space, (t) => ({
  document: t.field({
    type: NotebookDocument,
    description: 'One notebook; needs `canView` in a workspace over its repository.',
    args: { id: t.arg.id({ required: true, description: 'The `notebookId`.' }) },
    resolve: async (space, { id }, { services, ctx }) => ({
      id,
      spaceSlug: space.slug,
      document: (await loadDocument(services, ctx, space.slug, id, 'view')).document,
    }),
  }),
}));
