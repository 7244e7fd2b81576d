import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryPermissions, visibleRepositories } from '../../src/access/repository-policy.js';
import type { Viewer, WorkspaceWithGrants } from '../../src/access/workspace-policy.js';
import type { Database } from '../../src/engines/database/database.js';
import {
  type Asker,
  findAskers,
  insertRepositories,
  insertWorkspaces,
  openPolicyDatabase,
  workspaceRow,
} from './policy-rows.js';
import {
  expectedLevel,
  type Level,
  levelsInSpace,
  nameOfCase,
  permissionsOf,
  type Role,
  repositoryLevels,
  roles,
  tokenScopes,
  type WorkspaceCase,
  workspaceCases,
} from './who-may-do-what.js';

/** A repository with its workspaces, each one a case, as seen by the caller of `role`. */
interface RepositoryCase {
  id: string;
  role: Role;
  workspaces: WorkspaceCase[];
}

// Pairs leave out grants to others and archived workspaces: alone each of them is in the table.
const paired = workspaceCases.filter(
  ({ grant, isArchived }) => !isArchived && !grant.startsWith('other') && !grant.includes(','),
);
const combinations: WorkspaceCase[][] = [
  [],
  ...workspaceCases.map((one) => [one]),
  ...paired.flatMap((first, index) => paired.slice(index).map((second) => [first, second])),
];
const cases: RepositoryCase[] = roles.flatMap((role) =>
  combinations.map((workspaces) => ({ id: randomUUID(), role, workspaces })),
);

function expectedRepositoryLevel({ role, workspaces }: RepositoryCase): Level {
  const [first, second] = workspaces.map((one) => expectedLevel(role, one));
  return first ? repositoryLevels[first][second ?? first] : levelsInSpace[role].unusedRepository;
}

let database: Database;
const workspacesOver = new Map<string, WorkspaceWithGrants[]>();
let askers: Map<string, Asker>;
beforeAll(async () => {
  database = await openPolicyDatabase();
  const { repository } = database.prisma;
  await insertRepositories(
    database,
    cases.map(({ id }) => id),
  );
  await insertRepositories(database, [randomUUID()], 'elsewhere');
  await insertWorkspaces(
    database,
    cases.flatMap(({ id, role, workspaces }) =>
      workspaces.map((one) => workspaceRow(role, one, { repositoryId: id })),
    ),
  );
  const rows = await repository.findMany({ include: { workspaces: { include: { grants: true } } } });
  for (const { id, workspaces } of rows) workspacesOver.set(id, workspaces);
  askers = await findAskers(database, (viewer) =>
    repository.findMany({ where: visibleRepositories(viewer), select: { id: true } }),
  );
});
afterAll(() => database.close());

describe.each(roles)('repositoryPermissions and visibleRepositories for the role %s', (role) => {
  const permissions = (viewer: Viewer | null, { id }: Pick<RepositoryCase, 'id'>) =>
    viewer ? repositoryPermissions(viewer, workspacesOver.get(id)!) : { canView: false, canEdit: false };

  it.each([
    ['no workspace', 0],
    ['one workspace', 1],
    ['two workspaces', 2],
  ])('over a repository with %s are those of the table, whatever the token scope', (_count, count) => {
    const asked = cases.filter((one) => one.role === role && one.workspaces.length === count);
    const table = (
      answer: (one: RepositoryCase) => { canView: boolean; canEdit: boolean; isFound: boolean },
    ) =>
      asked.map((one) => {
        const { canView, canEdit, isFound } = answer(one);
        return { workspaces: one.workspaces.map(nameOfCase), canView, canEdit, isFound };
      });
    const expected = table((one) => {
      const { canView, canEdit } = permissionsOf[expectedRepositoryLevel(one)];
      return { canView, canEdit, isFound: canView };
    });
    for (const scope of tokenScopes) {
      const { viewer, visible } = askers.get(`${role} ${scope}`)!;
      const actual = table((one) => ({ ...permissions(viewer, one), isFound: visible.has(one.id) }));
      expect(actual, `token scope ${scope}`).toEqual(expected);
    }
  });

  it('agree on the repositories of the other callers too, and find none of another space', () => {
    for (const scope of tokenScopes) {
      const { viewer, visible } = askers.get(`${role} ${scope}`)!;
      const viewable = cases.filter((one) => permissions(viewer, one).canView).map(({ id }) => id);
      expect([...visible].sort()).toEqual(viewable.sort());
    }
  });
});
