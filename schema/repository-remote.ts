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

/** The states of the synchronization with a remote. */
export const RemoteSyncStatusEnum = builder.enumType('RemoteSyncStatus', {
  description: 'The state of a repository that mirrors a remote.',
  values: {
    pending: { value: RemoteSyncStatus.pending, description: 'A sync is queued or runs.' },
    synced: { value: RemoteSyncStatus.synced, description: 'The last sync went well.' },
    error: { value: RemoteSyncStatus.error, description: 'The last sync failed; `lastError` says why.' },
    conflicted: {
      value: RemoteSyncStatus.conflicted,
      description:
        'Some branches diverged: both sides have commits of their own. They are untouched; the others were synced.',
    },
  },
});

const RemoteConflict = builder.objectRef<RemoteConflictRow>('RemoteConflict').implement({
  description: 'A branch that has commits here which the remote lacks, and the other way round.',
  fields: (t) => ({
    branch: t.exposeString('branch', { description: 'The name without `refs/heads/`.' }),
    ahead: t.exposeInt('ahead', {
      nullable: true,
      description:
        'Commits that only this side has. Null where the name of a local branch makes this one impossible, as `a` does with `a/b`.',
    }),
    behind: t.exposeInt('behind', {
      nullable: true,
      description:
        'Commits that only the remote has. Null where the name of a local branch makes this one impossible, as `a` does with `a/b`.',
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
    syncStatus: t.expose('syncStatus', {
      type: RemoteSyncStatusEnum,
      description: 'The state of the last or next sync.',
    }),
    lastError: t.string({
      nullable: true,
      description: 'Why the last sync did not do all that it should, in a sentence.',
      resolve: remoteError,
    }),
    conflicts: t.field({
      type: [RemoteConflict],
      extensions: { listSize: 100 },
      description: 'The branches that diverged, as of `lastSyncedAt`; 100 at most.',
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
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  repositoryId: t.id({ required: true, description: 'UUID of a repository of the space.' }),
}));

builder.mutationFields((t) => ({
  setRepositoryRemote: t.field({
    type: RepositoryRemote,
    description:
      'Lets a repository mirror a remote and queues the first sync. A repository without commits of users adopts the content of the remote, ' +
      'with its default branch. Needs the scope `admin` and the space role admin.',
    args: {
      ...repositoryArgs,
      input: t.arg({
        type: RepositoryRemoteInput,
        required: true,
        description: 'Where the remote is, and how to sign in.',
      }),
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
      'Queues a sync with the remote and returns immediately; `repositoryRemoteChanged` reports its end. Needs the scope ' +
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
      'Follows the remote of a repository. Ends with an error when the caller loses access. Needs the scope ' +
      '`read` and `canView`.',
    args: repositoryArgs,
    subscribe: (_root, { spaceSlug, repositoryId }, { services, ctx }) =>
      watchRemote(services, ctx, spaceSlug, repositoryId),
    resolve: (row) => row,
  }),
);
