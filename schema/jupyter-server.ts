import { createJupyterServer } from '../src/workers/servers/create-jupyter-server.js';
import { deleteJupyterServer } from '../src/workers/servers/delete-jupyter-server.js';
import { listJupyterServers } from '../src/workers/servers/list-jupyter-servers.js';
import type { RegisteredServer } from '../src/workers/servers/registered-server.js';
import { updateJupyterServer } from '../src/workers/servers/update-jupyter-server.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';

const JupyterServer = builder.objectRef<RegisteredServer>('JupyterServer').implement({
  description:
    'A Jupyter server that somebody else runs and that workers of the runtime `external` share. Its token is never shown.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID; `configured` for the server of JUPYTER_URL.' }),
    name: t.exposeString('name', { description: 'Unique; `configured` for the server of JUPYTER_URL.' }),
    baseUrl: t.string({
      description: 'Its address with a final slash.',
      resolve: ({ endpoint }) => endpoint.baseUrl,
    }),
    hasToken: t.boolean({
      description: 'Whether the gateway has a token for it.',
      resolve: ({ endpoint, fault }) => endpoint.token !== '' || fault !== null,
    }),
    capacity: t.exposeInt('capacity', {
      nullable: true,
      description: 'The maximum number of live workers on it; null for no limit.',
    }),
    isEnabled: t.exposeBoolean('isEnabled', { description: 'Whether new workers may use it.' }),
    liveWorkers: t.int({
      description: 'How many workers use it now.',
      resolve: async ({ id }, _args, { services }) =>
        (await services.jupyterServers.liveWorkers()).get(id) ?? 0,
    }),
    isAvailable: t.boolean({
      description: 'Whether it answered the last probe, which is at most 10 seconds old.',
      resolve: async (server, _args, { services }) =>
        (await services.jupyterServers.health.check(server)).unavailableReason === null,
    }),
    unavailableReason: t.string({
      nullable: true,
      description: 'Why not, and what to do about it.',
      resolve: async (server, _args, { services }) =>
        (await services.jupyterServers.health.check(server)).unavailableReason,
    }),
    kernelNames: t.stringList({
      description: 'The names of its kernelspecs, which kernel profiles refer to.',
      resolve: async (server, _args, { services }) =>
        (await services.jupyterServers.health.check(server)).kernelNames,
    }),
    lastCheckedAt: t.field({
      type: 'DateTime',
      description: 'When it was last probed.',
      resolve: async (server, _args, { services }) =>
        (await services.jupyterServers.health.check(server)).lastCheckedAt,
    }),
  }),
});

const JupyterServerConnection = connectionType('JupyterServer', JupyterServer);

builder.queryFields((t) => ({
  jupyterServers: t.field({
    type: JupyterServerConnection,
    description: 'The Jupyter servers, by name. Needs the scope `admin` and a platform admin.',
    args: pageArgs,
    resolve: (_root, args, { services, ctx }) => readPage(args, listJupyterServers(services, ctx)),
  }),
}));

const baseUrl =
  'The URL below which its REST API is: http or https, without user, query and fragment. Its host may be in a private ' +
  'network only where JUPYTER_ALLOWED_HOSTS says so.';

const CreateJupyterServerInput = builder.inputType('CreateJupyterServerInput', {
  description: 'Where a new Jupyter server is, and how many workers may use it.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'Unique: 1 to 63 lower-case letters, digits and hyphens.',
    }),
    baseUrl: t.string({ required: true, description: baseUrl }),
    token: t.string({ description: 'Its token, up to 4,096 characters; kept encrypted. Default none.' }),
    capacity: t.int({
      description: 'The maximum number of live workers, from 1 to 100,000; default no limit.',
    }),
    isEnabled: t.boolean({ description: 'Default true.' }),
  }),
});

const UpdateJupyterServerInput = builder.inputType('UpdateJupyterServerInput', {
  description: 'What to change of a Jupyter server; what is absent stays.',
  fields: (t) => ({
    name: t.string({ description: 'Unique: 1 to 63 lower-case letters, digits and hyphens.' }),
    baseUrl: t.string({ description: `${baseUrl} It stays while live workers use the server.` }),
    token: t.string({
      description:
        'For workers that start from now on; null for none. Needed again for another host or port.',
    }),
    capacity: t.int({ description: 'From 1 to 100,000; null for no limit.' }),
    isEnabled: t.boolean({ description: 'False keeps new workers away from it.' }),
  }),
});

builder.mutationFields((t) => ({
  createJupyterServer: t.field({
    type: JupyterServer,
    description:
      'Registers a Jupyter server; it need not answer yet. Needs the scope `admin` and a platform admin. A taken name: ' +
      '`already_exists`.',
    args: {
      input: t.arg({
        type: CreateJupyterServerInput,
        required: true,
        description: 'The values of the new object.',
      }),
    },
    resolve: (_root, { input }, { services, ctx }) => createJupyterServer(services, ctx, input),
  }),
  updateJupyterServer: t.field({
    type: JupyterServer,
    description: 'Changes a registered Jupyter server. Needs the scope `admin` and a platform admin.',
    args: {
      id: t.arg.id({ required: true, description: 'UUID of the server.' }),
      input: t.arg({
        type: UpdateJupyterServerInput,
        required: true,
        description: 'What to change; what is absent stays.',
      }),
    },
    resolve: (_root, { id, input }, { services, ctx }) => updateJupyterServer(services, ctx, id, input),
  }),
  deleteJupyterServer: t.boolean({
    description:
      'Deletes a registered Jupyter server, unless live workers use it. Needs the scope `admin` and a platform admin.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the server.' }) },
    resolve: async (_root, { id }, { services, ctx }) => {
      await deleteJupyterServer(services, ctx, id);
      return true;
    },
  }),
}));
