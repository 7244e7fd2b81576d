import { createLink } from '../src/notebooks/links/create-link.js';
import { deleteLink } from '../src/notebooks/links/delete-link.js';
import { targetName } from '../src/notebooks/links/link-target.js';
import { listLinkedNotebooks } from '../src/notebooks/links/list-linked-notebooks.js';
import { listLinks } from '../src/notebooks/links/list-links.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { NotebookDocument } from './notebook-document.js';
import { Space } from './space.js';

const LinkTargetTypeEnum = builder.enumType('LinkTargetType', {
  description: 'What a notebook can be linked to.',
  values: {
    product: { description: 'A product of the space.' },
    analysis: { description: 'An analysis of the space.' },
    repository: { description: 'A repository of the space.' },
    use_case: { description: 'A use case of the space.' },
  },
});

const NotebookLink = builder.prismaObject('NotebookLink', {
  description: 'A link from a notebook to a product, analysis, repository or use case of its space.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the link.' }),
    notebookId: t.exposeID('notebookId', {
      description: 'UUID of the notebook: the `notebookId` of its file.',
    }),
    targetType: t.expose('targetType', {
      type: LinkTargetTypeEnum,
      description: 'Whether it leads to a product, an analysis, a repository or a use case.',
    }),
    targetId: t.exposeID('targetId', {
      description: 'UUID of the product, analysis, repository or use case.',
    }),
    targetName: t.string({
      nullable: true,
      description:
        'The name of the target; null when it was deleted, or a repository that the caller may not view.',
      select: { document: { select: { repository: { select: { spaceId: true } } } } },
      resolve: (link, _args, { services, ctx }) =>
        targetName(services, ctx, link.document.repository.spaceId, link),
    }),
    createdByUserId: t.exposeID('createdByUserId', { description: 'UUID of the user who created it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

const NotebookLinkConnection = connectionType('NotebookLink', NotebookLink);

builder.objectFields(NotebookDocument, (t) => ({
  links: t.field({
    type: NotebookLinkConnection,
    description: 'What it is linked to, newest first.',
    args: pageArgs,
    resolve: ({ spaceSlug, document }, args, { services, ctx }) =>
      readPage(args, listLinks(services, ctx, spaceSlug, document.id)),
  }),
}));

const CreateNotebookLinkInput = builder.inputType('CreateNotebookLinkInput', {
  description: 'The target of the link; it must belong to the same space.',
  fields: (t) => ({
    targetType: t.field({
      type: LinkTargetTypeEnum,
      required: true,
      description: 'The type of the thing that `targetId` names.',
    }),
    targetId: t.id({
      required: true,
      description: 'Its id; it must be of the same space, and a repository one that the caller can view.',
    }),
  }),
});

builder.mutationFields((t) => ({
  createNotebookLink: t.field({
    type: NotebookLink,
    description:
      'Links a notebook. Needs the scope `write` and `canEdit`. A link that exists: `already_exists`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      notebookId: t.arg.id({
        required: true,
        description: 'UUID of the notebook: the `notebookId` of its file.',
      }),
      input: t.arg({
        type: CreateNotebookLinkInput,
        required: true,
        description: 'The target of the link; it must belong to the same space.',
      }),
    },
    resolve: (_root, { spaceSlug, notebookId, input }, { services, ctx }) =>
      createLink(services, ctx, spaceSlug, notebookId, input),
  }),
  deleteNotebookLink: t.boolean({
    description: 'Deletes a link. Needs the scope `write` and `canEdit`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      notebookId: t.arg.id({
        required: true,
        description: 'UUID of the notebook: the `notebookId` of its file.',
      }),
      id: t.arg.id({ required: true, description: 'UUID of the link.' }),
    },
    resolve: async (_root, { spaceSlug, notebookId, id }, { services, ctx }) => {
      await deleteLink(services, ctx, spaceSlug, notebookId, id);
      return true;
    },
  }),
}));

const NotebookDocumentConnection = connectionType('NotebookDocument', NotebookDocument);

builder.objectFields(Space, (t) => ({
  linkedNotebooks: t.field({
    type: NotebookDocumentConnection,
    description: 'The notebooks that are linked to something of the space, newest first.',
    args: {
      ...pageArgs,
      targetType: t.arg({
        type: LinkTargetTypeEnum,
        required: true,
        description: 'The type of the thing that `targetId` names.',
      }),
      targetId: t.arg.id({
        required: true,
        description: 'UUID of the product, analysis, repository or use case.',
      }),
    },
    resolve: async (space, args, { services, ctx }) => {
      const page = await readPage(args, listLinkedNotebooks(services, ctx, space.slug, args));
      return {
        ...page,
        edges: page.edges.map(({ cursor, node: document }) => ({
          cursor,
          node: { id: document.id, spaceSlug: space.slug, document },
        })),
      };
    },
  }),
}));
