import { MaintenanceStatus, MaintenanceStep } from '../prisma/generated/client/client.js';
import { maintainRepository } from '../src/repositories/maintenance/maintain-repository.js';
import { type MaintenanceState, readMaintenance } from '../src/repositories/maintenance/read-maintenance.js';
import { watchRepositoryMaintenance } from '../src/subscriptions/watch-maintenance.js';
import { builder } from './builder.js';
import { Repository } from './repository.js';

/** The states of maintenance. */
export const MaintenanceStatusEnum = builder.enumType('MaintenanceStatus', {
  description: 'The state of the maintenance of a repository.',
  values: {
    idle: { value: MaintenanceStatus.idle, description: 'None is due or under way; the last one succeeded.' },
    queued: {
      value: MaintenanceStatus.queued,
      description: 'One waits in the queue, also to be resumed after a restart of the gateway.',
    },
    running: { value: MaintenanceStatus.running, description: 'One is under way.' },
    failed: { value: MaintenanceStatus.failed, description: 'The last one failed; nothing was lost.' },
  },
});

/** The steps of maintenance. */
export const MaintenanceStepEnum = builder.enumType('MaintenanceStep', {
  description: 'A step of maintenance, in their order.',
  values: {
    prune: {
      value: MaintenanceStep.prune,
      description: 'Removes objects of their own file that nothing has referred to for two weeks.',
    },
    pack: { value: MaintenanceStep.pack, description: 'Packs the objects that have a file of their own.' },
    join_packs: {
      value: MaintenanceStep.join_packs,
      description: 'Joins pack files, so that reads look into fewer of them.',
    },
    commit_graph: { value: MaintenanceStep.commit_graph, description: 'Writes the index of commits.' },
  },
});

const RepositoryMaintenance = builder.objectRef<MaintenanceState>('RepositoryMaintenance').implement({
  description: 'The maintenance of a repository, and how its objects are stored on disk.',
  fields: (t) => ({
    repositoryId: t.exposeID('repositoryId', { description: 'UUID of a repository of the space.' }),
    status: t.expose('status', {
      type: MaintenanceStatusEnum,
      description: 'Whether one waits or runs, else how the last one ended.',
    }),
    step: t.expose('step', {
      type: MaintenanceStepEnum,
      nullable: true,
      description: 'What is being done; null unless it runs.',
    }),
    percent: t.exposeInt('percent', {
      nullable: true,
      description: 'Progress of the step from 0 to 100; null where Git does not report it.',
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last one began.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last one ended; null while one runs.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'Why the last one failed; null when it did not.',
    }),
    looseObjects: t.exposeInt('looseObjects', { description: 'Objects in a file of their own, now.' }),
    packs: t.exposeInt('packs', { description: 'Pack files, now; more than 8 are joined.' }),
    sizeBytes: t.exposeFloat('sizeBytes', { description: 'Bytes of all object files, now.' }),
  }),
});

builder.prismaObjectFields(Repository, (t) => ({
  maintenance: t.field({
    type: RepositoryMaintenance,
    description: 'The state of its maintenance. Needs the scope `admin` and the space role admin.',
    resolve: (repository, _args, { services, ctx }) => readMaintenance(services, ctx, repository),
  }),
}));

const repositoryArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  repositoryId: t.id({ required: true, description: 'UUID of a repository of the space.' }),
}));

builder.mutationField('maintainRepository', (t) =>
  t.field({
    type: Repository,
    description:
      'Queues the repository for maintenance, whether or not it is due; one that waits or runs is left as it is. Needs ' +
      'the scope `admin` and the space role admin.',
    args: repositoryArgs,
    resolve: (_root, { spaceSlug, repositoryId }, { services, ctx }) =>
      maintainRepository(services, ctx, spaceSlug, repositoryId),
  }),
);

builder.subscriptionField('repositoryMaintenanceChanged', (t) =>
  t.field({
    type: RepositoryMaintenance,
    description:
      'Follows the maintenance of a repository. A slow reader gets the newest state. Ends with an error once the caller ' +
      'may not follow any more. Needs the scope `admin` and the space role admin.',
    args: repositoryArgs,
    subscribe: (_root, { spaceSlug, repositoryId }, { services, ctx }) =>
      watchRepositoryMaintenance(services, ctx, spaceSlug, repositoryId),
    resolve: (state) => state,
  }),
);
