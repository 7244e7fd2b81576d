import {
  createConnector,
  deleteConnector,
  listConnectors,
  renameConnector,
} from '../src/catalog/query-connectors.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { Space } from './space.js';

const QueryConnector = builder.prismaObject('QueryConnector', {
  description: 'A governed way to data that authors of a workspace may query.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID.' }),
    name: t.exposeString('name', { description: 'Unique in its space.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

const QueryConnectorConnection = connectionType('QueryConnector', QueryConnector);

builder.objectFields(Space, (t) => ({
  connectors: t.field({
    type: QueryConnectorConnection,
    description: 'The query connectors, newest first.',
    args: pageArgs,
    resolve: (space, args, { services, ctx }) => readPage(args, listConnectors(services, ctx, space.slug)),
  }),
}));

const connectorArgs = builder.args((t) => ({
  spaceSlug: t.string({ required: true, description: 'The space.' }),
  id: t.id({ required: true, description: 'The connector.' }),
}));

builder.mutationFields((t) => ({
  createConnector: t.field({
    type: QueryConnector,
    description: 'Makes a query connector. Needs the scope `admin` and the space role admin.',
    args: {
      spaceSlug: t.arg.string({ required: true, description: 'The space.' }),
      name: t.arg.string({ required: true, description: 'Unique in the space; 1 to 200 characters.' }),
    },
    resolve: (_root, { spaceSlug, name }, { services, ctx }) =>
      createConnector(services, ctx, spaceSlug, name),
  }),
  renameConnector: t.field({
    type: QueryConnector,
    description: 'Gives a query connector another name. Needs the scope `admin` and the space role admin.',
    args: {
      ...connectorArgs,
      name: t.arg.string({ required: true, description: 'Unique in the space; 1 to 200 characters.' }),
    },
    resolve: (_root, { spaceSlug, id, name }, { services, ctx }) =>
      renameConnector(services, ctx, spaceSlug, id, name),
  }),
  deleteConnector: t.boolean({
    description:
      'Deletes a query connector and takes it out of the workspaces that had it. Needs the scope `admin` and the space ' +
      'role admin.',
    args: connectorArgs,
    resolve: async (_root, { spaceSlug, id }, { services, ctx }) => {
      await deleteConnector(services, ctx, spaceSlug, id);
      return true;
    },
  }),
}));
