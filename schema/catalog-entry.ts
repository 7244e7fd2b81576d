import { createCatalogEntry } from '../src/catalog/create-catalog-entry.js';
import { deleteCatalogEntry } from '../src/catalog/delete-catalog-entry.js';
import { type CatalogEntryType, listCatalog } from '../src/catalog/list-catalog.js';
import { renameCatalogEntry } from '../src/catalog/rename-catalog-entry.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { Space } from './space.js';

const CatalogEntryTypeEnum = builder.enumType('CatalogEntryType', {
  description: 'The kinds of things outside of the gateway to which notebooks are linked.',
  values: {
    product: { description: 'Something that the organization offers.' },
    analysis: { description: 'A question about data, and its answer.' },
    use_case: { description: 'A purpose that products and analyses serve.' },
  },
});

const CatalogEntry = builder.prismaObject('CatalogEntry', {
  description: 'A product, analysis or use case that notebooks can be linked to.',
  fields: (t) => ({
    id: t.exposeID('id', { description: "UUID: a link's `targetId`." }),
    type: t.field({
      type: CatalogEntryTypeEnum,
      description: 'Product, analysis or use case.',
      resolve: (entry) => entry.type as CatalogEntryType,
    }),
    name: t.exposeString('name', { description: 'Unique in its space and type.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

const CatalogEntryConnection = connectionType('CatalogEntry', CatalogEntry);

builder.objectFields(Space, (t) => ({
  catalog: t.field({
    type: CatalogEntryConnection,
    description: 'What notebooks can be linked to, newest first.',
    args: {
      ...pageArgs,
      type: t.arg({ type: CatalogEntryTypeEnum, description: 'Only entries of this type; default all.' }),
    },
    resolve: (space, args, { services, ctx }) =>
      readPage(args, listCatalog(services, ctx, space.slug, args.type)),
  }),
}));

const CreateCatalogEntryInput = builder.inputType('CreateCatalogEntryInput', {
  description: 'The type and the name of a new catalog entry.',
  fields: (t) => ({
    type: t.field({
      type: CatalogEntryTypeEnum,
      required: true,
      description: 'Product, analysis or use case.',
    }),
    name: t.string({ required: true, description: 'Unique in the space and type; 1 to 200 characters.' }),
  }),
});

const entryArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  id: t.id({ required: true, description: 'UUID of the catalog entry.' }),
}));

builder.mutationFields((t) => ({
  createCatalogEntry: t.field({
    type: CatalogEntry,
    description: 'Creates a catalog entry. Needs the scope `admin` and the space role admin.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      input: t.arg({
        type: CreateCatalogEntryInput,
        required: true,
        description: 'The values of the new object.',
      }),
    },
    resolve: (_root, { spaceSlug, input }, { services, ctx }) =>
      createCatalogEntry(services, ctx, spaceSlug, input),
  }),
  renameCatalogEntry: t.field({
    type: CatalogEntry,
    description: 'Gives a catalog entry another name. Needs the scope `admin` and the space role admin.',
    args: {
      ...entryArgs,
      name: t.arg.string({
        required: true,
        description: 'Unique in the space and type; 1 to 200 characters.',
      }),
    },
    resolve: (_root, { spaceSlug, id, name }, { services, ctx }) =>
      renameCatalogEntry(services, ctx, spaceSlug, id, name),
  }),
  deleteCatalogEntry: t.boolean({
    description:
      'Deletes a catalog entry; links to it stay, without a name. Needs the scope `admin` and the space role admin.',
    args: entryArgs,
    resolve: async (_root, { spaceSlug, id }, { services, ctx }) => {
      await deleteCatalogEntry(services, ctx, spaceSlug, id);
      return true;
    },
  }),
}));
