import { builder } from './builder.js';

/** The object type of a commit's author. */
export const VersionAuthor = builder
  .objectRef<{ userId: string | null; name: string; email: string }>('VersionAuthor')
  .implement({
    description: 'The author of a commit, with the name and e-mail address that the commit has.',
    fields: (t) => ({
      userId: t.exposeID('userId', {
        nullable: true,
        description: 'The user with that e-mail address, if any.',
      }),
      name: t.exposeString('name', { description: 'Their name in the commit.' }),
      email: t.exposeString('email', { description: 'Their e-mail address in the commit.' }),
    }),
  });

/** The object type of a saved version of a file. */
export const NotebookVersion = builder.prismaObject('FileVersion', {
  name: 'NotebookVersion',
  description: 'A saved version of a file: one commit that changed it on one branch.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the version.' }),
    notebookId: t.exposeID('documentId', { nullable: true, description: 'Null for text files.' }),
    path: t.exposeString('path', { description: 'Where the file was in that commit.' }),
    branch: t.exposeString('branch', { description: 'The branch that the commit is on.' }),
    commitSha: t.exposeString('commitOid', { description: 'The 40 hex digits of the commit.' }),
    sha: t.exposeString('blobOid', { description: "The blob: the file's content." }),
    commitMessage: t.exposeString('message', { description: 'Without its final newline.' }),
    author: t.field({
      type: VersionAuthor,
      description: 'Who saved it.',
      resolve: (version) => ({
        userId: version.authorUserId,
        name: version.authorName,
        email: version.authorEmail,
      }),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was committed.' }),
  }),
});
