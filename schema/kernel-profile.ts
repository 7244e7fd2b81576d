import { requireScope } from '../src/auth/require-scope.js';
import { builder } from './builder.js';
import { RuntimeEnum } from './enums.js';
import { Space } from './space.js';

export const KernelProfile = builder.prismaObject('KernelProfile', {
  description: 'A kernel that sessions can run, and where it runs.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Slug, e.g. `python3`.' }),
    displayName: t.exposeString('displayName', { description: 'Its name for people.' }),
    language: t.exposeString('language', { description: 'The programming language.' }),
    kernelName: t.exposeString('kernelName', { description: "Jupyter's kernelspec name." }),
    runtime: t.expose('runtime', { type: RuntimeEnum, description: 'Where its kernels run.' }),
    isDefault: t.exposeBoolean('isDefault', { description: 'Whether it is meant when none is named.' }),
    isAvailable: t.boolean({
      description: 'Whether a worker can be started with it now.',
      resolve: async (profile, _args, ctx) =>
        (await ctx.services.workers.unavailableReason(profile)) === null,
    }),
    unavailableReason: t.string({
      nullable: true,
      description: 'Why not, and what to do about it.',
      resolve: (profile, _args, ctx) => ctx.services.workers.unavailableReason(profile),
    }),
  }),
});

builder.objectFields(Space, (t) => ({
  kernelProfiles: t.prismaField({
    type: ['KernelProfile'],
    description: 'The kernel profiles, the default first.',
    resolve: (query, _space, _args, ctx) => {
      requireScope(ctx, 'read');
      return ctx.services.prisma.kernelProfile.findMany({
        ...query,
        orderBy: [{ isDefault: 'desc' }, { createdAt: 'desc' }, { id: 'asc' }],
      });
    },
  }),
}));
