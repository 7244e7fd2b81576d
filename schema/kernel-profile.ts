import { requireScope } from '../src/access/require-scope.js';
import {
  createKernelProfile,
  deleteKernelProfile,
  updateKernelProfile,
} from '../src/profiles/kernel-profiles.js';
import { builder } from './builder.js';
import { RuntimeEnum } from './enums.js';
import { Space } from './space.js';

const KernelProfile = builder.prismaObject('KernelProfile', {
  description: 'A kernel that sessions can run, and where it runs.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Slug, e.g. `python3`.' }),
    displayName: t.exposeString('displayName', { description: 'Its name for people.' }),
    language: t.exposeString('language', { description: 'The programming language.' }),
    kernelName: t.exposeString('kernelName', { description: "Jupyter's kernelspec name." }),
    runtime: t.expose('runtime', { type: RuntimeEnum, description: 'Where its kernels run.' }),
    isDefault: t.exposeBoolean('isDefault', { description: 'Whether requests without one use it.' }),
    isAvailable: t.boolean({
      description: 'Whether a worker can be started with it now.',
      resolve: async (profile, _args, { services }) =>
        (await services.workers.unavailableReason(profile)) === null,
    }),
    unavailableReason: t.string({
      nullable: true,
      description: 'Why not, and what to do about it.',
      resolve: (profile, _args, { services }) => services.workers.unavailableReason(profile),
    }),
  }),
});

builder.objectFields(Space, (t) => ({
  kernelProfiles: t.prismaField({
    type: ['KernelProfile'],
    description: 'The kernel profiles, newest first.',
    resolve: (query, _space, _args, { services, ctx }) => {
      requireScope(ctx, 'read');
      return services.prisma.kernelProfile.findMany({
        ...query,
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      });
    },
  }),
}));

const kernelName = "Jupyter's kernelspec name: letters, digits, dots, underscores and hyphens.";

const CreateKernelProfileInput = builder.inputType('CreateKernelProfileInput', {
  description: 'Which kernel a new profile starts, and where.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Slug: 1 to 63 lower-case letters, digits and hyphens.' }),
    displayName: t.string({ required: true, description: '1 to 200 characters.' }),
    language: t.string({ required: true, description: 'The programming language.' }),
    kernelName: t.string({ required: true, description: kernelName }),
    runtime: t.field({ type: RuntimeEnum, required: true, description: 'Where its kernels run.' }),
    isDefault: t.boolean({
      description: 'True makes it the default in place of the former one; default false.',
    }),
  }),
});

const UpdateKernelProfileInput = builder.inputType('UpdateKernelProfileInput', {
  description: 'What to change of a kernel profile; what is absent stays.',
  fields: (t) => ({
    displayName: t.string({ description: '1 to 200 characters.' }),
    language: t.string({ description: 'The programming language.' }),
    kernelName: t.string({ description: kernelName }),
    runtime: t.field({ type: RuntimeEnum, description: 'Where its kernels run.' }),
    isDefault: t.boolean({ description: 'True makes it the default in place of the former one.' }),
  }),
});

const id = { required: true, description: 'The slug of the kernel profile.' } as const;

builder.mutationFields((t) => ({
  createKernelProfile: t.field({
    type: KernelProfile,
    description: 'Creates a kernel profile. Needs the scope `admin` and a platform admin.',
    args: {
      input: t.arg({
        type: CreateKernelProfileInput,
        required: true,
        description: 'The values of the new object.',
      }),
    },
    resolve: (_root, { input }, { services, ctx }) => createKernelProfile(services, ctx, input),
  }),
  updateKernelProfile: t.field({
    type: KernelProfile,
    description:
      'Changes a kernel profile; what runs goes on as it was started. Needs the scope `admin` and a platform admin.',
    args: {
      id: t.arg.id(id),
      input: t.arg({
        type: UpdateKernelProfileInput,
        required: true,
        description: 'What to change; what is absent stays.',
      }),
    },
    resolve: (_root, args, { services, ctx }) => updateKernelProfile(services, ctx, args.id, args.input),
  }),
  deleteKernelProfile: t.boolean({
    description:
      'Deletes a kernel profile; one that was used is refused with `invalid_request`. Needs the scope `admin` and a ' +
      'platform admin.',
    args: { id: t.arg.id(id) },
    resolve: async (_root, args, { services, ctx }) => {
      await deleteKernelProfile(services, ctx, args.id);
      return true;
    },
  }),
}));
