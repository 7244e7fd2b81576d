import type { EnvironmentVariable } from '../src/profiles/check-environment.js';
import { createKernelProfile } from '../src/profiles/create-kernel-profile.js';
import { deleteKernelProfile } from '../src/profiles/delete-kernel-profile.js';
import { listKernelProfiles } from '../src/profiles/list-kernel-profiles.js';
import { updateKernelProfile } from '../src/profiles/update-kernel-profile.js';
import { builder } from './builder.js';
import { BackendEnum, RuntimeEnum } from './enums.js';
import { Space } from './space.js';

const EnvironmentVariableType = builder.objectRef<EnvironmentVariable>('EnvironmentVariable').implement({
  description: 'An environment variable of the workers of a profile.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Letters, digits and underscores.' }),
    value: t.exposeString('value', { description: 'Its text; may be empty.' }),
  }),
});

/** The object type of a kernel and where it runs. */
export const KernelProfile = builder.prismaObject('KernelProfile', {
  description: 'A kernel that sessions can run, and where it runs.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Slug, e.g. `python3`.' }),
    displayName: t.exposeString('displayName', { description: 'Its name for people.' }),
    language: t.exposeString('language', {
      description: 'The language of its kernels in lower case, e.g. `python`; editors highlight by it.',
    }),
    kernelName: t.exposeString('kernelName', { description: "Jupyter's kernelspec name." }),
    runtime: t.expose('runtime', { type: RuntimeEnum, description: 'Where its kernels run.' }),
    isDefault: t.exposeBoolean('isDefault', { description: 'Whether requests without one use it.' }),
    backend: t.expose('backend', {
      type: BackendEnum,
      nullable: true,
      description: 'The backend of a `dedicated` profile; null for the first one that is offered.',
    }),
    image: t.exposeString('image', {
      nullable: true,
      description: 'The container image of a `dedicated` profile; null for the configured one.',
    }),
    environment: t.field({
      type: [EnvironmentVariableType],
      extensions: { listSize: 64 },
      nullable: true,
      description: 'The environment variables of its workers; null for all but platform admins.',
      resolve: ({ environment }, _args, { ctx }) =>
        ctx.actor.isPlatformAdmin
          ? Object.entries(environment as Record<string, string>).map(([name, value]) => ({ name, value }))
          : null,
    }),
    warmImports: t.exposeStringList('warmImports', {
      description: 'Python modules that each new IPython kernel imports before its first cell.',
    }),
    resourceClassIds: t.exposeStringList('resourceClassIds', {
      description: 'The slugs of the resource classes that may be used with it; empty for all.',
    }),
    egress: t.exposeBoolean('egress', {
      description:
        'Whether its workers may reach the network. Local and registered servers do not restrict it.',
    }),
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
  kernelProfiles: t.field({
    type: [KernelProfile],
    extensions: { listSize: 20 },
    description: 'The kernel profiles, newest first.',
    resolve: (_space, _args, { services, ctx }) => listKernelProfiles(services, ctx),
  }),
}));

const kernelName = "Jupyter's kernelspec name: letters, digits, dots, underscores and hyphens.";

const EnvironmentVariableInput = builder.inputType('EnvironmentVariableInput', {
  description: 'An environment variable of the workers of a profile.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description: 'At most 128 letters, digits and underscores; not a name that the server sets itself.',
    }),
    value: t.string({ required: true, description: 'At most 8,192 characters.' }),
  }),
});

/** The fields that creating and changing a profile have in common. */
function settingsFields(t: Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]) {
  return {
    backend: t.field({
      type: BackendEnum,
      description:
        '`docker` or `kubernetes`, for the runtime `dedicated` only; null for the first one that is offered.',
    }),
    image: t.string({
      description: 'The container image, for the runtime `dedicated` only; null for the configured one.',
    }),
    environment: t.field({
      type: [EnvironmentVariableInput],
      description: 'All environment variables of its workers, at most 64; default none.',
    }),
    warmImports: t.stringList({
      description:
        'Python modules that each new IPython kernel imports before its first cell, at most 50; default none. ' +
        'A kernel starts also where an import fails.',
    }),
    resourceClassIds: t.idList({
      description: 'The slugs of the resource classes that may be used with it; default empty, for all.',
    }),
    egress: t.boolean({
      description:
        'Whether its workers may reach the network; default false. Local and registered servers do not restrict it.',
    }),
  };
}

const CreateKernelProfileInput = builder.inputType('CreateKernelProfileInput', {
  description: 'Which kernel a new profile starts, and where.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Slug: 1 to 63 lower-case letters, digits and hyphens.' }),
    displayName: t.string({ required: true, description: '1 to 200 characters.' }),
    language: t.string({
      required: true,
      description: 'The language of its kernels in lower case, e.g. `python`; editors highlight by it.',
    }),
    kernelName: t.string({ required: true, description: kernelName }),
    runtime: t.field({ type: RuntimeEnum, required: true, description: 'Where its kernels run.' }),
    isDefault: t.boolean({
      description: 'True makes it the default in place of the former one; default false.',
    }),
    ...settingsFields(t),
  }),
});

const UpdateKernelProfileInput = builder.inputType('UpdateKernelProfileInput', {
  description: 'What to change of a kernel profile; what is absent stays.',
  fields: (t) => ({
    displayName: t.string({ description: '1 to 200 characters.' }),
    language: t.string({
      description: 'The language of its kernels in lower case, e.g. `python`; editors highlight by it.',
    }),
    kernelName: t.string({ description: kernelName }),
    runtime: t.field({ type: RuntimeEnum, description: 'Where its kernels run.' }),
    isDefault: t.boolean({ description: 'True makes it the default in place of the former one.' }),
    ...settingsFields(t),
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
