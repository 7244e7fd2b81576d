import { listWarmPools, setWarmPool, type WarmPoolState } from '../src/workers/set-warm-pool.js';
import { builder } from './builder.js';
import { KernelProfile } from './kernel-profile.js';
import { needsRuntime } from './needs-runtime.js';
import { ResourceClass } from './resource-class.js';

const WarmPool = builder.objectRef<WarmPoolState>('WarmPool').implement({
  description:
    'Started workers without an owner. A start with their profile and class takes one, so its server runs already. Starts ' +
    'of workspaces with an environment of their own do not use them. The pool also keeps started kernels on its live workers: ' +
    'a new session takes one, so its imports are done already.',
  fields: (t) => ({
    kernelProfile: t.field({
      type: KernelProfile,
      description: 'The profile that they were started with.',
      resolve: ({ profile }) => profile,
    }),
    resourceClass: t.field({
      type: ResourceClass,
      description: 'The class that they were started with.',
      resolve: ({ resourceClass }) => resourceClass,
    }),
    size: t.exposeInt('size', { description: 'How many are kept.' }),
    ready: t.exposeInt('ready', { description: 'How many this gateway can give out now.' }),
    starting: t.exposeInt('starting', { description: 'How many this gateway starts now.' }),
    kernels: t.exposeInt('kernels', {
      description: 'How many started kernels each live worker keeps for new sessions.',
    }),
    readyKernels: t.int({
      description: 'How many of these kernels can be given out now, on all workers.',
      resolve: ({ profile, resourceClass }, _args, { services }) =>
        services.sessions.warmKernels.ready(profile.id, resourceClass.id),
    }),
  }),
});

builder.queryField('warmPools', (t) =>
  t.field({
    type: [WarmPool],
    extensions: { ...needsRuntime, listSize: 20 },
    description: 'The warm pools, by profile and class. Needs the scope `admin` and a platform admin.',
    resolve: (_root, _args, { services, ctx }) => listWarmPools(services, ctx),
  }),
);

builder.mutationField('setWarmPool', (t) =>
  t.field({
    type: WarmPool,
    extensions: needsRuntime,
    description:
      'Sets how many warm workers, and warm kernels on live workers, are kept for a profile and a class; they are started in ' +
      'the background. Needs the scope `admin` and a platform admin.',
    args: {
      kernelProfileId: t.arg.id({ required: true, description: 'The slug of the kernel profile.' }),
      resourceClassId: t.arg.id({ required: true, description: 'The slug of the resource class.' }),
      size: t.arg.int({ required: true, description: '0 to 50; 0 keeps none.' }),
      kernels: t.arg.int({
        description:
          'How many started kernels each live worker keeps, 0 to 5; default 0. Each uses the memory of its worker.',
      }),
    },
    resolve: async (_root, args, { services, ctx }) => {
      const set = await setWarmPool(services, ctx, args);
      await services.sessions.warmKernels.refresh();
      return set;
    },
  }),
);
