import type { ExecutionFilter } from '../src/executions/execution-filter.js';
import { listSpaceExecutions, listWorkspaceExecutions } from '../src/executions/list-workspace-executions.js';
import { loadUser } from '../src/spaces/load-user.js';
import { builder } from './builder.js';
import { pageArgs, readPage } from './connection.js';
import { ExecutionStatusEnum } from './enums.js';
import { Execution, ExecutionConnection } from './execution.js';
import { Space } from './space.js';
import { User } from './user.js';
import { Workspace } from './workspace.js';

builder.prismaObjectFields(Execution, (t) => ({
  workspaceId: t.exposeID('workspaceId', { description: 'The workspace of its session.' }),
  workerId: t.id({
    description: 'The worker of its session, also when it has stopped.',
    select: { session: { select: { workerId: true } } },
    resolve: ({ session }) => session.workerId,
  }),
  path: t.string({
    nullable: true,
    description: 'The path that its session was opened for, usually a notebook; null where there is none.',
    select: { session: { select: { path: true } } },
    resolve: ({ session }) => session.path,
  }),
  user: t.field({
    type: User,
    description: 'Who queued it.',
    resolve: ({ userId }, _args, { services, ctx }) => loadUser(services, ctx, userId),
  }),
}));

const filterArgs = builder.args((t) => ({
  status: t.field({
    type: [ExecutionStatusEnum],
    description: 'Only those in one of these states; an empty list is none.',
  }),
  sessionId: t.id({ description: 'Only those of this session.' }),
  workerId: t.id({ description: 'Only those of the sessions of this worker.' }),
  userId: t.id({ description: 'Only those that this user queued.' }),
  path: t.string({ description: 'Only those of sessions that were opened for this path.' }),
  since: t.field({ type: 'DateTime', description: 'Only those that were queued then or later.' }),
}));

function filterOf(
  statuses: ExecutionFilter['statuses'],
  { sessionId, workerId, userId, path, since }: Omit<ExecutionFilter, 'statuses'>,
): ExecutionFilter {
  return { statuses, sessionId, workerId, userId, path, since };
}

builder.objectFields(Space, (t) => ({
  executions: t.field({
    type: ExecutionConnection,
    description: 'What was run in the workspaces that the caller can view, by all users, newest first.',
    args: { ...pageArgs, ...filterArgs },
    resolve: (space, { status, ...args }, { services, ctx }) =>
      readPage(args, listSpaceExecutions(services, ctx, space.slug, filterOf(status, args))),
  }),
}));

builder.objectFields(Workspace, (t) => ({
  executions: t.field({
    type: ExecutionConnection,
    description: 'What was run in it, by all users, newest first; needs `canView`.',
    args: { ...pageArgs, ...filterArgs },
    resolve: (workspace, { status, ...args }, { services, ctx }) =>
      readPage(args, listWorkspaceExecutions(services, ctx, workspace, filterOf(status, args))),
  }),
}));
