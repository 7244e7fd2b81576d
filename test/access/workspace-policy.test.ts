import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  visibleWorkspaces,
  type WorkspaceWithGrants,
  workspacePermissions,
} from '../../src/access/workspace-policy.js';
import type { Database } from '../../src/engines/database/database.js';
import { listWorkspaces } from '../../src/workspaces/list-workspaces.js';
import {
  type Asker,
  codeOf,
  contextOf,
  findAskers,
  insertRepositories,
  insertWorkspaces,
  openPolicyDatabase,
  workspaceRow,
} from './policy-rows.js';
import {
  expectedLevel,
  nameOfCase,
  permissionsOf,
  type Role,
  roles,
  tokenScopes,
  workspaceCases,
} from './who-may-do-what.js';

let database: Database;
const idOf = new Map<string, string>();
const rows = new Map<string, WorkspaceWithGrants>();
let askers: Map<string, Asker>;
beforeAll(async () => {
  database = await openPolicyDatabase();
  const repositories = { here: randomUUID(), elsewhere: randomUUID() };
  await insertRepositories(database, [repositories.here]);
  await insertRepositories(database, [repositories.elsewhere], 'elsewhere');
  const workspaces = roles.flatMap((role) =>
    workspaceCases.map((one) => {
      const row = workspaceRow(role, one, { repositoryId: repositories.here });
      idOf.set(`${role}: ${nameOfCase(one)}`, row.workspace.id);
      return row;
    }),
  );
  const foreign = roles.flatMap((role) =>
    workspaceCases.map((one) =>
      workspaceRow(role, one, { space: 'elsewhere', repositoryId: repositories.elsewhere }),
    ),
  );
  await insertWorkspaces(database, [...workspaces, ...foreign]);
  const { workspace } = database.prisma;
  for (const row of await workspace.findMany({ include: { grants: true } })) rows.set(row.id, row);
  askers = await findAskers(database, (viewer) =>
    workspace.findMany({ where: visibleWorkspaces(viewer), select: { id: true } }),
  );
});
afterAll(() => database.close());

describe.each(roles)('workspacePermissions and visibleWorkspaces for the role %s', (role) => {
  const cases = workspaceCases.map((one) => [nameOfCase(one), expectedLevel(role, one)] as const);

  it.each(cases)('a workspace that is %s: may %s', (name, level) => {
    const id = idOf.get(`${role}: ${name}`)!;
    for (const scope of tokenScopes) {
      const { viewer, visible } = askers.get(`${role} ${scope}`)!;
      const permissions = viewer ? workspacePermissions(viewer, rows.get(id)!) : permissionsOf.nothing;
      expect(permissions, `token scope ${scope}`).toEqual(permissionsOf[level]);
      expect(visible.has(id), `where-clause, token scope ${scope}`).toBe(permissions.canView);
    }
  });

  it('agree on the workspaces of the other callers too, and find none of another space', () => {
    const inSpace = [...idOf.values()];
    for (const scope of tokenScopes) {
      const { viewer, visible } = askers.get(`${role} ${scope}`)!;
      const viewable = viewer
        ? inSpace.filter((id) => workspacePermissions(viewer, rows.get(id)!).canView)
        : [];
      expect([...visible].sort()).toEqual(viewable.sort());
    }
  });
});

describe('listWorkspaces', () => {
  const combinations = roles.flatMap((role) => tokenScopes.map((scope) => [role, scope] as const));
  const idsOf = (role: Role, isListed: (one: (typeof workspaceCases)[number]) => boolean) =>
    workspaceCases.filter(isListed).map((one) => idOf.get(`${role}: ${nameOfCase(one)}`)!);

  it.each(combinations)('for the role %s needs the scope read; the token has %s', async (role, scope) => {
    const ctx = await contextOf(database, role, scope);
    for (const includeArchived of [true, false]) {
      const listing = listWorkspaces(database, ctx, 'here', { includeArchived });
      const page = () => listing.find({ take: 10_000, skip: 0 });
      const expected = scope !== 'read' ? 'insufficient_scope' : role === 'non-member' ? 'not_found' : 'ok';
      expect(await codeOf(page)).toBe(expected);
      if (expected !== 'ok') continue;
      const listed = new Set((await page()).map(({ id }) => id));
      const own = idsOf(role, () => true).filter((id) => listed.has(id));
      const viewable = idsOf(
        role,
        (one) => expectedLevel(role, one) !== 'nothing' && (includeArchived || !one.isArchived),
      );
      expect(own.sort()).toEqual(viewable.sort());
    }
  });
});
