import { RemoteSyncStatus } from '../prisma/generated/client/client.js';
import { readRemote } from '../src/remotes/read-remote.js';
import { remoteConflicts, remoteError } from '../src/remotes/remote-state.js';
import { removeRemote } from '../src/remotes/remove-remote.js';
import { requestSync } from '../src/remotes/request-sync.js';
import { setRemote } from '../src/remotes/set-remote.js';
import type { RemoteConflict as RemoteConflictRow } from '../src/remotes/sync-job.js';
import { watchRemote } from '../src/subscriptions/watch-remote.js';
import { builder } from './builder.js';
import { Repository } from './repository.js';
import { RepositoryRemoteInput } from './repository-remote-input.js';

const RemoteSyncStatusEnum = builder.enumType('RemoteSyncStatus', {
  description: 'How a repository stands to its remote.',
  values: {
    pending: { value: RemoteSyncStatus.pending, description: 'A sync waits for its turn or runs.' },
    synced: { value: RemoteSyncStatus.synced, description: 'The last sync went well.' },
    error: { value: RemoteSyncStatus.error, description: 'The last sync failed; `lastError` says why.' },
    conflicted: {
      value: RemoteSyncStatus.conflicted,
      description: 'Branches went different ways; they are untouched here, the others were synced.',
    },
  },
});

const RemoteConflict = builder.objectRef<RemoteConflictRow>('RemoteConflict').implement({
  description: 'A branch that has commits here which the remote lacks, and the other way round.',
  fields: (t) => ({
    branch: t.exposeString('branch', { description: 'The branch.' }),
    ahead: t.exposeInt('ahead', {
      nullable: true,
      description: 'Commits that only this side has. Null where a branch here excludes the name.',
    }),
    behind: t.exposeInt('behind', {
      nullable: true,
      description: 'Commits that only the remote has. Null where a branch here excludes the name.',
    }),
  }),
});

const RepositoryRemote = builder.prismaObject('RepositoryRemote', {
  description: 'The external repository that a repository mirrors, by fast-forwards only.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Without credentials.' }),
    username: t.exposeString('username', { nullable: true, description: 'What it signs in as.' }),
    hasSecret: t.boolean({
      description: 'Whether a password or token is kept. It is never shown.',
      select: { secret: true },
      resolve: ({ secret }) => secret !== null,
    }),
    fetchIntervalSeconds: t.exposeInt('fetchIntervalSeconds', {
      nullable: true,
      description: 'How often it is fetched; null: only when asked.',
    }),
    pushAfterSave: t.exposeBoolean('pushAfterSave', { description: 'Whether saves are pushed to it.' }),
    syncStatus: t.expose('syncStatus', { type: RemoteSyncStatusEnum, description: 'How things stand.' }),
    lastError: t.string({
      nullable: true,
      description: 'Why the last sync did not do all that it should, in a sentence.',
      resolve: remoteError,
    }),
    conflicts: t.field({
      type: [RemoteConflict],
      description: 'The branches that went different ways, as of `lastSyncedAt`; 100 at most.',
      resolve: remoteConflicts,
    }),
    lastAttemptAt: t.expose('lastAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last sync began.',
    }),
    lastSyncedAt: t.expose('lastSyncedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last sync ended that reached the remote and did all that could be done.',
    }),
  }),
});

builder.prismaObjectFields(Repository, (t) => ({
  remote: t.field({
    type: RepositoryRemote,
    nullable: true,
    description: 'The remote that it mirrors. Needs `canView`.',
    resolve: (repository, _args, { services, ctx }) => readRemote(services, ctx, repository),
  }),
}));

const repositoryArgs = builder.args((t) => ({
  spaceSlug: t.string({ required: true, description: 'The space.' }),
  repositoryId: t.id({ required: true, description: 'The repository.' }),
}));

builder.mutationFields((t) => ({
  setRepositoryRemote: t.field({
    type: RepositoryRemote,
    description:
      'Has a repository mirror a remote and queues the first sync. A repository without any work takes the remote over, ' +
      'with its default branch. Needs the scope `admin` and the space role admin.',
    args: {
      ...repositoryArgs,
      input: t.arg({ type: RepositoryRemoteInput, required: true, description: 'The remote.' }),
    },
    resolve: (_root, { spaceSlug, repositoryId, input }, { services, ctx }) =>
      setRemote(services, ctx, spaceSlug, repositoryId, input),
  }),
  removeRepositoryRemote: t.boolean({
    description:
      'Ends the mirroring and forgets the credentials; what was fetched stays. Needs the scope `admin` and the space ' +
      'role admin.',
    args: repositoryArgs,
    resolve: async (_root, { spaceSlug, repositoryId }, { services, ctx }) => {
      await removeRemote(services, ctx, spaceSlug, repositoryId);
      return true;
    },
  }),
  syncRepository: t.field({
    type: RepositoryRemote,
    description:
      'Queues a sync with the remote and answers at once; `repositoryRemoteChanged` tells the end. Needs the scope ' +
      '`admin` and the space role admin.',
    args: repositoryArgs,
    resolve: (_root, { spaceSlug, repositoryId }, { services, ctx }) =>
      requestSync(services, ctx, spaceSlug, repositoryId),
  }),
}));

builder.subscriptionField('repositoryRemoteChanged', (t) =>
  t.field({
    type: RepositoryRemote,
    description:
      'Follows the remote of a repository. Ends with an error once the caller may not follow any more. Needs the scope ' +
      '`read` and `canView`.',
    args: repositoryArgs,
    subscribe: (_root, { spaceSlug, repositoryId }, { services, ctx }) =>
      watchRemote(services, ctx, spaceSlug, repositoryId),
    resolve: (row) => row,
  }),
);
