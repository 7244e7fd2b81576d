import type { UsageSample } from '../src/workers/worker-usage.js';
import { builder } from './builder.js';
import { StorageLimitEnum } from './enums.js';
import { needsRuntime } from './needs-runtime.js';

const WorkerUsage = builder.objectRef<UsageSample>('WorkerUsage').implement({
  description: 'What a worker uses, with all processes of its kernels.',
  fields: (t) => ({
    cpuCores: t.exposeFloat('cpuCores', {
      description: 'Cores, averaged since the sample before, or over a moment for the first.',
    }),
    memoryMb: t.exposeFloat('memoryMb', { description: 'MiB of memory.' }),
    sampledAt: t.expose('sampledAt', { type: 'DateTime', description: 'When it was measured.' }),
  }),
});

builder.prismaObjectFields('Worker', (t) => ({
  expiresAt: t.expose('expiresAt', {
    type: 'DateTime',
    nullable: true,
    description:
      'When it will be stopped if nothing happens. Set five minutes before that (for limits below ten minutes, half of ' +
      'the limit before), and null else; `workerChanged` reports both.',
  }),
  expiryReason: t.exposeString('expiryReason', {
    nullable: true,
    description:
      'Why it will be stopped: `idle_timeout`, which any use of it prevents, or `max_age`, which nothing prevents.',
  }),
  usage: t.field({
    type: WorkerUsage,
    extensions: needsRuntime,
    nullable: true,
    description:
      'What it uses, measured about every 10 seconds at most; null when that is not known. `workerChanged` reports changes.',
    resolve: (worker, _args, { services }) => services.workers.usage.read(worker.id),
  }),
  storageLimit: t.field({
    type: StorageLimitEnum,
    description: 'Whether its folder cannot exceed the storage of its class.',
    resolve: (worker, _args, { services }) =>
      services.workers.enforcesStorage(worker) ? 'enforced' : 'not_enforced',
  }),
}));
