import type { Session as SessionRow } from '../prisma/generated/client/client.js';
import { createSession } from '../src/sessions/create-session.js';
import { deleteSession } from '../src/sessions/delete-session.js';
import { interruptSession } from '../src/sessions/interrupt-session.js';
import { listSessions, listWorkspaceSessions } from '../src/sessions/list-sessions.js';
import { loadSession } from '../src/sessions/load-session.js';
import { restartSession } from '../src/sessions/restart-session.js';
import { watchSessions } from '../src/subscriptions/watch-sessions.js';
import { loadRuntimePermissions } from '../src/workspaces/load-runtime-permissions.js';
import { builder } from './builder.js';
import { connectionType, pageArgs, readPage } from './connection.js';
import { EffectivePermissions } from './effective-permissions.js';
import { SessionStatusEnum } from './enums.js';
import { needsRuntime } from './needs-runtime.js';
import { Space } from './space.js';
import { watchArgs } from './watch-args.js';
import { startFields } from './worker.js';
import { Workspace } from './workspace.js';

/** The object type of a kernel session. */
export const Session = builder.prismaObject('Session', {
  description: 'A kernel on a worker, with its queue of executions.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID of the session.' }),
    workspaceId: t.exposeID('workspaceId', { description: 'UUID of a workspace of the space.' }),
    workerId: t.exposeID('workerId', { description: 'UUID of the worker that runs it.' }),
    worker: t.relation('worker', { description: 'The worker whose Jupyter server has the kernel.' }),
    userId: t.exposeID('userId', { description: 'UUID of the user who created it.' }),
    effectivePermissions: t.field({
      type: EffectivePermissions,
      description: 'What the caller may do with it at this moment.',
      resolve: (session, _args, { services, ctx }) => loadRuntimePermissions(services, ctx, session),
    }),
    branch: t.exposeString('branch', { description: "The branch of the worker's files." }),
    path: t.exposeString('path', {
      nullable: true,
      description: 'The notebook; the kernel started in its folder.',
    }),
    kernelName: t.exposeString('kernelName', { description: "Jupyter's kernelspec name." }),
    kernelProfileId: t.exposeID('kernelProfileId', { description: 'The slug of the kernel profile.' }),
    status: t.expose('status', { type: SessionStatusEnum, description: 'What the kernel does.' }),
    statusReason: t.exposeString('statusReason', {
      nullable: true,
      description:
        'The reason for its status, as one word, where nobody asked for it: `kernel_died`, `idle_timeout`, `worker_gone`, …',
    }),
    executionCount: t.exposeInt('executionCount', {
      description: "The kernel's counter after the last cell.",
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    lastActivityAt: t.expose('lastActivityAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its kernel last began or ended a cell or a start.',
    }),
  }),
});

const SessionConnection = connectionType('Session', Session);

builder.objectFields(Space, (t) => ({
  sessions: t.field({
    type: SessionConnection,
    description: "The caller's sessions that are not deleted, newest first.",
    args: { ...pageArgs, workspaceId: t.arg.id({ description: 'Only those of this workspace.' }) },
    resolve: (space, args, { services, ctx }) =>
      readPage(args, listSessions(services, ctx, space.slug, { workspaceId: args.workspaceId ?? undefined })),
  }),
  session: t.field({
    type: Session,
    description: 'One session; needs `canView` in its workspace.',
    args: { id: t.arg.id({ required: true, description: 'UUID of the session.' }) },
    resolve: async (space, { id }, { services, ctx }) =>
      (await loadSession(services, ctx, space.slug, id, 'view', 'read')).session,
  }),
}));

builder.prismaObjectFields(Workspace, (t) => ({
  sessions: t.field({
    type: SessionConnection,
    description: 'The sessions in this workspace that are not deleted, those of every user, newest first.',
    args: pageArgs,
    resolve: (workspace, args, { services, ctx }) =>
      readPage(args, listWorkspaceSessions(services, ctx, workspace)),
  }),
}));

const CreateSessionInput = builder.inputType('CreateSessionInput', {
  description: 'Which kernel to start, where, and on which files; all but the workspace has defaults.',
  fields: (t) => ({
    ...startFields(t),
    workerId: t.id({
      description: "A live worker of the caller's; default the one that fits, or a new one.",
    }),
  }),
});

const CreatedSession = builder
  .objectRef<{ session: SessionRow; created: boolean }>('CreatedSession')
  .implement({
    description: 'The session that `createSession` made or found.',
    fields: (t) => ({
      session: t.field({
        type: Session,
        description: 'The session, which is idle or busy.',
        resolve: (made) => made.session,
      }),
      created: t.exposeBoolean('created', {
        description: 'True for a new session, false for the live one that was found.',
      }),
    }),
  });

const sessionArgs = builder.args((t) => ({
  spaceSlug: t.string({
    required: true,
    description: 'The slug of the space; `not_found` where the caller is not a member.',
  }),
  id: t.id({ required: true, description: 'UUID of the session.' }),
}));

builder.mutationFields((t) => ({
  createSession: t.field({
    type: CreatedSession,
    extensions: needsRuntime,
    description:
      'Creates a session and waits until it is idle, up to 120 s; the same worker, path and profile again answer the ' +
      'live one. Needs the scope `execute` and `canEdit`.',
    args: {
      spaceSlug: t.arg.string({
        required: true,
        description: 'The slug of the space; `not_found` where the caller is not a member.',
      }),
      input: t.arg({
        type: CreateSessionInput,
        required: true,
        description: 'Which kernel to start, where, and on which files.',
      }),
    },
    resolve: (_root, { spaceSlug, input }, { services, ctx }) =>
      createSession(services, ctx, spaceSlug, input),
  }),
  deleteSession: t.boolean({
    extensions: needsRuntime,
    description:
      'Ends a session; its logs stay. True also when it was deleted already. Needs the scope `execute`.',
    args: sessionArgs,
    resolve: async (_root, { spaceSlug, id }, { services, ctx }) => {
      await deleteSession(services, ctx, spaceSlug, id);
      return true;
    },
  }),
  interruptSession: t.field({
    type: Session,
    extensions: needsRuntime,
    description: 'Interrupts what runs; does nothing when it is idle. Needs the scope `execute`.',
    args: sessionArgs,
    resolve: (_root, { spaceSlug, id }, { services, ctx }) => interruptSession(services, ctx, spaceSlug, id),
  }),
  restartSession: t.field({
    type: Session,
    extensions: needsRuntime,
    description: 'Restarts the kernel, also a dead one; what runs and is queued ends as `cancelled`.',
    args: sessionArgs,
    resolve: (_root, { spaceSlug, id }, { services, ctx }) => restartSession(services, ctx, spaceSlug, id),
  }),
}));

builder.subscriptionField('sessionChanged', (t) =>
  t.field({
    type: Session,
    description:
      'Follows the sessions in workspaces that the caller can view; a deleted session is reported once more, as `dead`. ' +
      'A slow reader gets the newest state of each. Ends with an error when the caller loses access. ' +
      'Needs the scope `read`.',
    args: {
      ...watchArgs,
      sessionId: t.arg.id({ description: 'Only this session; needs `canView` in its workspace.' }),
    },
    subscribe: (_root, { spaceSlug, ...filter }, { services, ctx }) =>
      watchSessions(services, ctx, spaceSlug, filter),
    resolve: (row) => row,
  }),
);
