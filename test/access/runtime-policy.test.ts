import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtimePermissions } from '../../src/access/runtime-policy.js';
import {
  type Viewer,
  visibleWorkspaces,
  type WorkspaceWithGrants,
} from '../../src/access/workspace-policy.js';
import type { Database } from '../../src/engines/database/database.js';
import {
  type Asker,
  callers,
  findAskers,
  insertRepositories,
  insertRows,
  insertWorkspaces,
  openPolicyDatabase,
  otherUser,
  workspaceRow,
} from './policy-rows.js';
import {
  expectedLevel,
  nameOfCase,
  permissionsOf,
  type Role,
  roles,
  runtimePermissionsOf,
  tokenScopes,
  type WorkspaceCase,
  workspaceCases,
} from './who-may-do-what.js';

/** A worker, its session and its execution in a workspace, all started by one user. */
interface RuntimeCase {
  role: Role;
  workspace: WorkspaceCase;
  startedBy: 'the caller' | 'another user';
  ids: { workspace: string; worker: string; session: string; execution: string };
}

const cases: RuntimeCase[] = roles.flatMap((role) =>
  workspaceCases.flatMap((workspace) => {
    const workspaceId = randomUUID();
    return (['the caller', 'another user'] as const).map((startedBy) => ({
      role,
      workspace,
      startedBy,
      ids: { workspace: workspaceId, worker: randomUUID(), session: randomUUID(), execution: randomUUID() },
    }));
  }),
);
const starterOf = ({ role, startedBy }: RuntimeCase) =>
  startedBy === 'the caller' ? callers[role].userId : otherUser.userId;

let database: Database;
const workspaces = new Map<string, WorkspaceWithGrants>();
let askers: Map<string, Asker>;
beforeAll(async () => {
  database = await openPolicyDatabase();
  await insertRuntimes();
  const { prisma } = database;
  for (const row of await prisma.workspace.findMany({ include: { grants: true } }))
    workspaces.set(row.id, row);
  askers = await findAskers(database, visibleRuntimes);
});
afterAll(() => database.close());

async function insertRuntimes(): Promise<void> {
  const { prisma } = database;
  await prisma.kernelProfile.create({
    data: {
      id: 'python3',
      displayName: 'Python 3',
      language: 'python',
      kernelName: 'python3',
      runtime: 'local',
    },
  });
  const sizes = { cpuLimit: 1, memoryMb: 1, workspaceStorageMb: 1, tmpStorageMb: 1 };
  await prisma.resourceClass.create({ data: { id: 'standard', name: 'Standard', ...sizes } });
  const repositoryId = randomUUID();
  await insertRepositories(database, [repositoryId]);
  await insertWorkspaces(
    database,
    cases
      .filter(({ startedBy }) => startedBy === 'the caller')
      .map(({ role, workspace, ids }) => {
        const row = workspaceRow(role, workspace, { repositoryId });
        return {
          workspace: { ...row.workspace, id: ids.workspace },
          grants: row.grants.map((grant) => ({ ...grant, workspaceId: ids.workspace })),
        };
      }),
  );
  const kernel = { branch: 'main', kernelProfileId: 'python3', kernelName: 'python3' };
  const worker = { repositoryId, backend: 'external', resourceClassId: 'standard', resourceClass: {} };
  const started = cases.map((one) => ({ ids: one.ids, userId: starterOf(one) }));
  await insertRows(
    database,
    'Worker',
    started.map(({ ids, userId }) => ({
      id: ids.worker,
      workspaceId: ids.workspace,
      userId,
      ...kernel,
      ...worker,
    })),
  );
  await insertRows(
    database,
    'Session',
    started.map(({ ids, userId }) => ({
      id: ids.session,
      workspaceId: ids.workspace,
      workerId: ids.worker,
      clientId: ids.session,
      userId,
      ...kernel,
    })),
  );
  await insertRows(
    database,
    'Execution',
    started.map(({ ids, userId }) => ({ id: ids.execution, sessionId: ids.session, userId, code: '1' })),
  );
}

/** The ids of all workers, sessions and executions that the where-clause of the workspaces leads to. */
async function visibleRuntimes(viewer: Viewer): Promise<{ id: string }[]> {
  const { prisma } = database;
  const workspace = visibleWorkspaces(viewer);
  const select = { id: true };
  const found = await Promise.all([
    prisma.worker.findMany({ where: { workspace }, select }),
    prisma.session.findMany({ where: { workspace }, select }),
    prisma.execution.findMany({ where: { session: { workspace } }, select }),
  ]);
  return found.flat();
}

describe.each(roles)('runtimePermissions and the where-clause for the role %s', (role) => {
  it.each(
    (['the caller', 'another user'] as const).flatMap((startedBy) =>
      workspaceCases.map((workspace) => [startedBy, nameOfCase(workspace), workspace] as const),
    ),
  )('follow the table for what %s started in a workspace that is %s', (startedBy, _name, workspace) => {
    const one = cases.find(
      (other) => other.role === role && other.startedBy === startedBy && other.workspace === workspace,
    )!;
    const isOwn = startedBy === 'the caller' || role === 'admin' || role === 'platform admin';
    const expected = runtimePermissionsOf[isOwn ? 'own' : 'other'][expectedLevel(role, workspace)];
    for (const scope of tokenScopes) {
      const { viewer, visible } = askers.get(`${role} ${scope}`)!;
      const permissions = viewer
        ? runtimePermissions(viewer, workspaces.get(one.ids.workspace)!, starterOf(one))
        : permissionsOf.nothing;
      expect(permissions, `token scope ${scope}`).toEqual(expected);
      const { worker, session, execution } = one.ids;
      const isFound = [worker, session, execution].map((id) => visible.has(id));
      expect(isFound, `where-clauses, token scope ${scope}`).toEqual(
        [1, 2, 3].map(() => permissions.canView),
      );
    }
  });
});
