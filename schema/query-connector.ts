import { createConnector } from '../src/catalog/create-connector.js';
import { deleteConnector } from '../src/catalog/delete-connector.js';
import { listConnectors } from '../src/catalog/list-connectors.js';
import { renameConnector } from '../src/catalog/rename-connector.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { Space } from './space.js';

const QueryConnector = builder.prismaObject('QueryConnector', {
  description: 'A governed access to data that authors of a workspace may query.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the connector.' }),
    name: t.exposeString('name', { description: 'Unique in its space.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
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
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  id: t.id({ required: true, description: 'UUID of the connector.' }),
}));

builder.mutationFields((t) => ({
  createConnector: t.field({
    type: QueryConnector,
    description: 'Creates a query connector. Needs the scope `admin` and the space role admin.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
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
      'Deletes a query connector and removes it from the workspaces that refer to it. Needs the scope `admin` and the space ' +
      'role admin.',
    args: connectorArgs,
    resolve: async (_root, { spaceSlug, id }, { services, ctx }) => {
      await deleteConnector(services, ctx, spaceSlug, id);
      return true;
    },
  }),
}));
