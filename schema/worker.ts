import type { Worker as WorkerRow } from '../prisma/generated/client/client.js';
import { watchWorkers } from '../src/subscriptions/watch-workers.js';
import { listWorkers, listWorkspaceWorkers } from '../src/workers/list-workers.js';
import { loadWorker } from '../src/workers/load-worker.js';
import { startWorker } from '../src/workers/start-worker.js';
import { stopWorker } from '../src/workers/stop-worker.js';
import { classSnapshot } from '../src/workers/to-worker-spec.js';
import { loadRuntimePermissions } from '../src/workspaces/load-runtime-permissions.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { EffectivePermissions } from './effective-permissions.js';
import { BackendEnum, RepositoryKindEnum, WorkerStatusEnum } from './enums.js';
import { needsRuntime } from './needs-runtime.js';
import { ResourceClass } from './resource-class.js';
import { Space } from './space.js';
import { watchArgs } from './watch-args.js';
import { Workspace } from './workspace.js';

const WorkerProgress = builder.objectRef<{ percent: number; message: string }>('WorkerProgress').implement({
  description: 'How far the start of a worker is.',
  fields: (t) => ({
    percent: t.exposeInt('percent', { description: 'From 0 to 100, where 100 is `ready`.' }),
    message: t.exposeString('message', { description: 'What the start waits for, in words for people.' }),
  }),
});

/** The object type of a Jupyter server of one user. */
export const Worker = builder.prismaObject('Worker', {
  description: 'A Jupyter server of one user, for one workspace branch, with the files of that branch.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the worker.' }),
    workspaceId: t.exposeID('workspaceId', { description: 'The workspace that it works for.' }),
    userId: t.exposeID('userId', { description: 'UUID of the user who started it.' }),
    repositoryId: t.exposeID('repositoryId', {
      description: 'UUID of the repository that its files come from.',
    }),
    repositoryKind: t.field({
      type: RepositoryKindEnum,
      description: 'Whether the repository holds an analysis, a project or personal work.',
      select: { repository: { select: { kind: true } } },
      resolve: (worker) => worker.repository.kind,
    }),
    branch: t.exposeString('branch', { description: 'The branch of its files.' }),
    path: t.exposeString('path', { nullable: true, description: 'The notebook that it was started for.' }),
    effectivePermissions: t.field({
      type: EffectivePermissions,
      description: 'What the caller may do with it at this moment.',
      resolve: (worker, _args, { services, ctx }) => loadRuntimePermissions(services, ctx, worker),
    }),
    backend: t.expose('backend', {
      type: BackendEnum,
      description: 'What runs its Jupyter server: it follows from the kernel profile.',
    }),
    status: t.expose('status', { type: WorkerStatusEnum, description: 'The state that it is in now.' }),
    statusReason: t.exposeString('statusReason', {
      nullable: true,
      description:
        'The reason, as one word: `requested`, `idle_timeout`, `max_age`, `start_failed`, `start_timeout`, ' +
        '`out_of_memory`, `exited`, `lost`, …',
    }),
    errorDetail: t.exposeString('errorDetail', {
      nullable: true,
      description:
        'What went wrong, in a sentence. Where its server ended by itself, the last lines that it printed follow, without ' +
        'secrets: at most 10 lines and 2 KiB.',
    }),
    kernelName: t.exposeString('kernelName', { description: "Jupyter's kernelspec name." }),
    kernelProfileId: t.exposeID('kernelProfileId', { description: 'The slug of the kernel profile.' }),
    resourceClassId: t.exposeID('resourceClassId', { description: 'The slug of the resource class.' }),
    resourceClass: t.field({
      type: ResourceClass,
      description: 'The resource class as it was at the start.',
      resolve: (worker) => classSnapshot(worker),
    }),
    progress: t.field({
      type: WorkerProgress,
      description: 'How far its start is.',
      resolve: (worker) => ({ percent: worker.progressPercent, message: worker.progressMessage }),
    }),
    fileConflicts: t.exposeStringList('fileConflicts', {
      description:
        'Files that are not as the branch has them: the kernel changed them and a later commit did too, so they ' +
        'stay as the kernel wrote them, or they could not be written yet and are tried again.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the request for it came.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was first ready.',
    }),
    lastActivityAt: t.expose('lastActivityAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'When a cell last began or ended, or one of its sessions was last watched; within a minute.',
    }),
    stoppedAt: t.expose('stoppedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

const WorkerConnection = connectionType('Worker', Worker);

builder.objectFields(Space, (t) => ({
  workers: t.field({
    type: WorkerConnection,
    description: "The caller's workers, newest first.",
    args: {
      ...pageArgs,
      includeStopped: t.arg.boolean({ description: 'Also those that have ended; default false.' }),
      workspaceId: t.arg.id({ description: 'Only those of this workspace.' }),
    },
    resolve: (space, args, { services, ctx }) =>
      readPage(
        args,
        listWorkers(services, ctx, space.slug, {
          includeStopped: args.includeStopped ?? false,
          workspaceId: args.workspaceId ?? undefined,
        }),
      ),
  }),
  worker: t.field({
    type: Worker,
    description: 'One worker; needs `canView` in its workspace.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the worker.' }) },
    resolve: async (space, { id }, { services, ctx }) =>
      (await loadWorker(services, ctx, space.slug, id, 'view', 'read')).worker,
  }),
}));

builder.prismaObjectFields(Workspace, (t) => ({
  workers: t.field({
    type: WorkerConnection,
    description: 'The workers for this workspace, those of every user, newest first.',
    args: {
      ...pageArgs,
      includeStopped: t.arg.boolean({ description: 'Also those that have ended; default false.' }),
    },
    resolve: (workspace, args, { services, ctx }) =>
      readPage(
        args,
        listWorkspaceWorkers(services, ctx, workspace, {
          includeStopped: args.includeStopped ?? false,
        }),
      ),
  }),
}));

const StartInput = builder.inputType('StartWorkerInput', {
  description: 'Which kernel to start, where, and on which files; all but the workspace has defaults.',
  fields: (t) => startFields(t),
});

/** The fields that starting a worker and starting a session have in common. */
export function startFields(t: Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]) {
  return {
    workspaceId: t.id({ required: true, description: 'UUID of a workspace of the space.' }),
    repositoryKind: t.field({
      type: RepositoryKindEnum,
      description: "Must be the kind of the workspace's repository.",
    }),
    branch: t.string({ description: "Default the workspace's branch." }),
    path: t.string({ description: 'The notebook; kernels start in its folder.' }),
    kernelName: t.string({
      description:
        'The kernel of the profile, in any case; without a profile, the first one of this kernel is taken.',
    }),
    kernelProfileId: t.id({ description: 'Default the default profile.' }),
    resourceClassId: t.id({ description: 'Default the default class.' }),
  };
}

const StartedWorker = builder.objectRef<{ worker: WorkerRow; created: boolean }>('StartedWorker').implement({
  description: 'The worker that `startWorker` started or found.',
  fields: (t) => ({
    worker: t.field({
      type: Worker,
      description: 'The worker, which is starting, ready or busy.',
      resolve: (started) => started.worker,
    }),
    created: t.exposeBoolean('created', {
      description: 'True for a new worker, false for the live one that was found.',
    }),
  }),
});

builder.mutationFields((t) => ({
  startWorker: t.field({
    type: StartedWorker,
    extensions: needsRuntime,
    description:
      "Starts a worker, or answers the caller's live one for the same workspace, branch, profile and class. " +
      'Needs the scope `execute` and `canEdit`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      input: t.arg({
        type: StartInput,
        required: true,
        description: 'Which kernel to start, where, and on which files.',
      }),
    },
    resolve: (_root, { spaceSlug, input }, { services, ctx }) => startWorker(services, ctx, spaceSlug, input),
  }),
  stopWorker: t.boolean({
    extensions: needsRuntime,
    description:
      'Stops a worker and its sessions; true also when it had stopped already. Needs the scope `execute`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      id: t.arg.id({ required: true, description: 'UUID of the worker.' }),
    },
    resolve: async (_root, { spaceSlug, id }, { services, ctx }) => {
      await stopWorker(services, ctx, spaceSlug, id);
      return true;
    },
  }),
}));

builder.subscriptionField('workerChanged', (t) =>
  t.field({
    type: Worker,
    description:
      'Follows the status, progress and usage of the workers in workspaces that the caller can view. ' +
      'A slow reader gets the newest state of each. Ends with an error when the caller loses access. ' +
      'Needs the scope `read`.',
    args: {
      ...watchArgs,
      workerId: t.arg.id({ description: 'Only this worker; needs `canView` in its workspace.' }),
    },
    subscribe: (_root, { spaceSlug, ...filter }, { services, ctx }) =>
      watchWorkers(services, ctx, spaceSlug, filter),
    resolve: (row) => row,
  }),
);
