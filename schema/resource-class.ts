import { requireScope } from '../src/auth/require-scope.js';
import { builder } from './builder.js';
import { Space } from './space.js';

export const ResourceClass = builder.prismaObject('ResourceClass', {
  description: 'What a worker may use.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Slug, e.g. `standard`.' }),
    name: t.exposeString('name', { description: 'Its name for people.' }),
    cpuLimit: t.exposeFloat('cpuLimit', { description: 'Cores.' }),
    memoryMb: t.exposeInt('memoryMb', { description: 'MiB of memory.' }),
    gpuCount: t.exposeInt('gpuCount', { description: 'GPUs.' }),
    workspaceStorageMb: t.exposeInt('workspaceStorageMb', { description: 'MiB for the files.' }),
    tmpStorageMb: t.exposeInt('tmpStorageMb', { description: 'MiB for temporary files.' }),
    isEnabled: t.exposeBoolean('isEnabled', { description: 'Whether workers can be started with it.' }),
    isDefault: t.exposeBoolean('isDefault', { description: 'Whether it is meant when none is named.' }),
  }),
});

builder.objectFields(Space, (t) => ({
  workerResourceClasses: t.prismaField({
    type: ['ResourceClass'],
    description: 'The enabled resource classes, the default first.',
    resolve: (query, _space, _args, ctx) => {
      requireScope(ctx, 'read');
      return ctx.services.prisma.resourceClass.findMany({
        ...query,
        where: { isEnabled: true },
        orderBy: [{ isDefault: 'desc' }, { createdAt: 'desc' }, { id: 'asc' }],
      });
    },
  }),
}));
