import { listWarmPools, setWarmPool, type WarmPoolState } from '../src/workers/set-warm-pool.js';
import { builder } from './builder.js';
import { KernelProfile } from './kernel-profile.js';
import { needsRuntime } from './needs-runtime.js';
import { ResourceClass } from './resource-class.js';

const WarmPool = builder.objectRef<WarmPoolState>('WarmPool').implement({
  description:
    'Started workers without an owner: a start with their profile and class takes one, whose server runs already. Starts ' +
    'of workspaces with an environment of their own do not use them.',
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
      'Sets how many warm workers are kept for a profile and a class; they are started in the background. Needs the scope ' +
      '`admin` and a platform admin.',
    args: {
      kernelProfileId: t.arg.id({ required: true, description: 'The slug of the kernel profile.' }),
      resourceClassId: t.arg.id({ required: true, description: 'The slug of the resource class.' }),
      size: t.arg.int({ required: true, description: '0 to 50; 0 keeps none.' }),
    },
    resolve: (_root, args, { services, ctx }) => setWarmPool(services, ctx, args),
  }),
);
