import { requireScope } from '../src/access/require-scope.js';
import { createResourceClass, updateResourceClass } from '../src/profiles/resource-classes.js';
import { builder } from './builder.js';
import { Space } from './space.js';

/** The object type of the limits of a worker. */
export const ResourceClass = builder.prismaObject('ResourceClass', {
  description: 'What a worker may use.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Slug, e.g. `standard`.' }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    cpuLimit: t.exposeFloat('cpuLimit', { description: 'Cores.' }),
    memoryMb: t.exposeInt('memoryMb', { description: 'MiB of memory.' }),
    gpuCount: t.exposeInt('gpuCount', { description: 'Number of GPUs that a worker gets.' }),
    workspaceStorageMb: t.exposeInt('workspaceStorageMb', { description: 'MiB for the files.' }),
    tmpStorageMb: t.exposeInt('tmpStorageMb', { description: 'MiB for temporary files.' }),
    isEnabled: t.exposeBoolean('isEnabled', { description: 'Whether workers can be started with it.' }),
    isDefault: t.exposeBoolean('isDefault', { description: 'Whether requests without one use it.' }),
  }),
});

builder.objectFields(Space, (t) => ({
  workerResourceClasses: t.prismaField({
    type: ['ResourceClass'],
    description: 'The enabled resource classes, newest first.',
    resolve: (query, _space, _args, { services, ctx }) => {
      requireScope(ctx, 'read');
      return services.prisma.resourceClass.findMany({
        ...query,
        where: { isEnabled: true },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      });
    },
  }),
}));

const CreateResourceClassInput = builder.inputType('CreateResourceClassInput', {
  description: 'The limits that a new resource class gives to workers.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Slug: 1 to 63 lower-case letters, digits and hyphens.' }),
    name: t.string({ required: true, description: '1 to 200 characters.' }),
    cpuLimit: t.float({ required: true, description: 'Cores, 0.01 to 1024.' }),
    memoryMb: t.int({ required: true, description: 'MiB of memory, at least 16.' }),
    gpuCount: t.int({ description: 'GPUs, at most 64; default 0.' }),
    workspaceStorageMb: t.int({ required: true, description: 'MiB for the files.' }),
    tmpStorageMb: t.int({ required: true, description: 'MiB for temporary files.' }),
    isEnabled: t.boolean({ description: 'Default true.' }),
    isDefault: t.boolean({
      description: 'True makes it the default in place of the former one; default false.',
    }),
  }),
});

const UpdateResourceClassInput = builder.inputType('UpdateResourceClassInput', {
  description: 'What to change of a resource class; what is absent stays.',
  fields: (t) => ({
    name: t.string({ description: '1 to 200 characters.' }),
    cpuLimit: t.float({ description: 'Cores, 0.01 to 1024.' }),
    memoryMb: t.int({ description: 'MiB of memory, at least 16.' }),
    gpuCount: t.int({ description: 'GPUs, at most 64.' }),
    workspaceStorageMb: t.int({ description: 'MiB for the files.' }),
    tmpStorageMb: t.int({ description: 'MiB for temporary files.' }),
    isEnabled: t.boolean({ description: 'Whether workers can be started with it.' }),
    isDefault: t.boolean({ description: 'True makes it the default in place of the former one.' }),
  }),
});

builder.mutationFields((t) => ({
  createResourceClass: t.field({
    type: ResourceClass,
    description: 'Creates a resource class. Needs the scope `admin` and a platform admin.',
    args: {
      input: t.arg({
        type: CreateResourceClassInput,
        required: true,
        description: 'The values of the new object.',
      }),
    },
    resolve: (_root, { input }, { services, ctx }) => createResourceClass(services, ctx, input),
  }),
  updateResourceClass: t.field({
    type: ResourceClass,
    description:
      'Changes a resource class; workers keep the limits that they were started with. Needs the scope `admin` and a ' +
      'platform admin.',
    args: {
      id: t.arg.id({ required: true, description: 'The slug of the resource class.' }),
      input: t.arg({
        type: UpdateResourceClassInput,
        required: true,
        description: 'What to change; what is absent stays.',
      }),
    },
    resolve: (_root, { id, input }, { services, ctx }) => updateResourceClass(services, ctx, id, input),
  }),
}));
