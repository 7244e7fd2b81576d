import type { CheckedToleration } from '../src/profiles/check-placement.js';
import { createResourceClass } from '../src/profiles/create-resource-class.js';
import { listResourceClasses } from '../src/profiles/list-resource-classes.js';
import { updateResourceClass } from '../src/profiles/update-resource-class.js';
import { builder } from './builder.js';
import { Space } from './space.js';

const TolerationOperator = builder.enumType('TolerationOperator', {
  description: 'How a toleration compares.',
  values: {
    Equal: { description: 'The taint has this value.' },
    Exists: { description: 'The taint has any value.' },
  },
});

const TaintEffect = builder.enumType('TaintEffect', {
  description: 'What a taint does to pods that do not tolerate it.',
  values: {
    NoSchedule: { description: 'They are not placed on the node.' },
    PreferNoSchedule: { description: 'They are placed on the node only when there is no other.' },
    NoExecute: { description: 'They are also evicted from the node.' },
  },
});

const tolerationTexts = {
  key: 'The key of the taint; null for every taint.',
  operator: 'Null is `Equal`.',
  value: 'The value of the taint.',
  effect: 'Null for every effect.',
};

const Toleration = builder.objectRef<CheckedToleration>('Toleration').implement({
  description: 'A taint of Kubernetes nodes that the pods of workers tolerate.',
  fields: (t) => ({
    key: t.exposeString('key', { nullable: true, description: tolerationTexts.key }),
    operator: t.expose('operator', {
      type: TolerationOperator,
      nullable: true,
      description: tolerationTexts.operator,
    }),
    value: t.exposeString('value', { nullable: true, description: tolerationTexts.value }),
    effect: t.expose('effect', { type: TaintEffect, nullable: true, description: tolerationTexts.effect }),
  }),
});

const TolerationInput = builder.inputType('TolerationInput', {
  description: 'A taint of Kubernetes nodes that the pods of workers tolerate.',
  fields: (t) => ({
    key: t.string({ description: tolerationTexts.key }),
    operator: t.field({ type: TolerationOperator, description: tolerationTexts.operator }),
    value: t.string({ description: tolerationTexts.value }),
    effect: t.field({ type: TaintEffect, description: tolerationTexts.effect }),
  }),
});

const lifeTexts = {
  maxProcesses: 'The maximum number of processes and threads of a worker',
  idleMinutes:
    'Minutes without a running cell and without anybody who watches after which a worker is stopped; 0 for never, null ' +
    'for `WORKER_IDLE_MINUTES`.',
  maxAgeMinutes:
    'Minutes after its start when a worker is stopped, whatever it does; 0 for never, null for `WORKER_MAX_AGE_MINUTES`.',
  nodeSelector: 'Kubernetes: the labels that a node must have, as an object of strings',
  tolerations: 'Kubernetes: the taints of nodes that the pods tolerate',
  persistentVolume:
    'Kubernetes: true puts the files of a worker on a volume of their own, of `workspaceStorageMb`, which is claimed with ' +
    'its pod and released with it. False uses the disk of the node. Null uses a volume only if a StorageClass is named here ' +
    'or in `KUBERNETES_STORAGE_CLASS`.',
  storageClass:
    'Kubernetes: the StorageClass of that volume; null for the one of `KUBERNETES_STORAGE_CLASS`, or else the default ' +
    'of the cluster.',
};

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
    maxProcesses: t.exposeInt('maxProcesses', { description: `${lifeTexts.maxProcesses}.` }),
    idleMinutes: t.exposeInt('idleMinutes', { nullable: true, description: lifeTexts.idleMinutes }),
    maxAgeMinutes: t.exposeInt('maxAgeMinutes', { nullable: true, description: lifeTexts.maxAgeMinutes }),
    nodeSelector: t.expose('nodeSelector', { type: 'JSON', description: `${lifeTexts.nodeSelector}.` }),
    tolerations: t.field({
      type: [Toleration],
      extensions: { listSize: 32 },
      description: `${lifeTexts.tolerations}.`,
      resolve: (row) => row.tolerations as CheckedToleration[],
    }),
    persistentVolume: t.exposeBoolean('persistentVolume', {
      nullable: true,
      description: lifeTexts.persistentVolume,
    }),
    storageClass: t.exposeString('storageClass', { nullable: true, description: lifeTexts.storageClass }),
  }),
});

builder.objectFields(Space, (t) => ({
  workerResourceClasses: t.field({
    type: [ResourceClass],
    extensions: { listSize: 20 },
    description: 'The resource classes, newest first.',
    args: {
      includeDisabled: t.arg.boolean({
        description:
          'Those too that no worker can be started with, e.g. to enable them again; default false.',
      }),
    },
    resolve: (_space, { includeDisabled }, { services, ctx }) =>
      listResourceClasses(services, ctx, { includeDisabled: includeDisabled ?? false }),
  }),
}));

/** The fields that creating and changing a class have in common. */
function volumeFields(t: Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]) {
  return {
    persistentVolume: t.boolean({ description: lifeTexts.persistentVolume }),
    storageClass: t.string({ description: `${lifeTexts.storageClass} At most 253 characters.` }),
  };
}

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
    maxProcesses: t.int({ description: `${lifeTexts.maxProcesses}, at least 16; default 256.` }),
    idleMinutes: t.int({ description: lifeTexts.idleMinutes }),
    maxAgeMinutes: t.int({ description: lifeTexts.maxAgeMinutes }),
    nodeSelector: t.field({ type: 'JSON', description: `${lifeTexts.nodeSelector}; default none.` }),
    tolerations: t.field({ type: [TolerationInput], description: `${lifeTexts.tolerations}; default none.` }),
    ...volumeFields(t),
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
    maxProcesses: t.int({ description: `${lifeTexts.maxProcesses}, at least 16.` }),
    idleMinutes: t.int({ description: lifeTexts.idleMinutes }),
    maxAgeMinutes: t.int({ description: lifeTexts.maxAgeMinutes }),
    nodeSelector: t.field({ type: 'JSON', description: `${lifeTexts.nodeSelector}.` }),
    tolerations: t.field({ type: [TolerationInput], description: `${lifeTexts.tolerations}.` }),
    ...volumeFields(t),
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
