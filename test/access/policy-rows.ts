import { randomUUID } from 'node:crypto';
import type { Workspace, WorkspaceGrant } from '../../prisma/generated/client/client.js';
import { authenticate } from '../../src/access/authenticate.js';
import { loadSpace } from '../../src/access/load-space.js';
import { generateToken, hashToken } from '../../src/access/token.js';
import type { Viewer } from '../../src/access/workspace-policy.js';
import type { RequestContext } from '../../src/context.js';
import type { Database } from '../../src/engines/database/database.js';
import { DomainError } from '../../src/errors.js';
import { openTestDatabase } from '../support/database.js';
import {
  partsOfGrant,
  type Role,
  roles,
  type TokenScopeOrNone,
  tokenScopes,
  type WorkspaceCase,
} from './who-may-do-what.js';

/** The space that callers ask about, and another one that none of them is a member of. */
export const spaces = { here: randomUUID(), elsewhere: randomUUID() };

/** A user of one role, with a token for each scope and one team in each space. */
interface Caller {
  userId: string;
  tokens: Record<TokenScopeOrNone, string>;
  teams: Record<keyof typeof spaces, string>;
}

const newCaller = (): Caller => ({
  userId: randomUUID(),
  tokens: Object.fromEntries(tokenScopes.map((scope) => [scope, generateToken()])) as Caller['tokens'],
  teams: { here: randomUUID(), elsewhere: randomUUID() },
});

/** One caller for each role. */
export const callers = Object.fromEntries(roles.map((role) => [role, newCaller()])) as Record<Role, Caller>;

/** An editor of both spaces, who owns what the callers do not own. */
export const otherUser = newCaller();

/** Opens a database of its own with the spaces, the callers, their tokens and their teams. */
export async function openPolicyDatabase(): Promise<Database> {
  const database = await openTestDatabase();
  const { prisma } = database;
  const everybody: [Role | 'other', Caller][] = [
    ...(Object.entries(callers) as [Role, Caller][]),
    ['other', otherUser],
  ];
  await prisma.space.createMany({
    data: Object.entries(spaces).map(([slug, id]) => ({ id, slug, name: slug })),
  });
  await prisma.user.createMany({
    data: everybody.map(([role, { userId }]) => ({
      id: userId,
      name: role,
      email: `${userId}@example.com`,
      isPlatformAdmin: role === 'platform admin',
    })),
  });
  await prisma.apiToken.createMany({
    data: everybody.flatMap(([, { userId, tokens }]) =>
      tokenScopes.map((scope) => ({
        userId,
        name: scope,
        hash: hashToken(tokens[scope]),
        scopes: scope === 'none' ? [] : [scope],
      })),
    ),
  });
  await prisma.spaceMember.createMany({
    data: [
      ...(['admin', 'editor', 'viewer'] as const).map((role) => ({
        spaceId: spaces.here,
        userId: callers[role].userId,
        role,
      })),
      ...Object.values(spaces).map((spaceId) => ({
        spaceId,
        userId: otherUser.userId,
        role: 'editor' as const,
      })),
    ],
  });
  const teams = everybody.flatMap(([, { userId, teams }]) =>
    (['here', 'elsewhere'] as const).map((space) => ({ id: teams[space], spaceId: spaces[space], userId })),
  );
  await prisma.team.createMany({ data: teams.map(({ id, spaceId }) => ({ id, spaceId, name: id })) });
  await prisma.teamMember.createMany({ data: teams.map(({ id, userId }) => ({ teamId: id, userId })) });
  return database;
}

/** A workspace with its grants, to be inserted by {@link insertWorkspaces}. */
export interface WorkspaceRow {
  workspace: Omit<Workspace, 'createdAt'>;
  grants: WorkspaceGrant[];
}

/** The row of a case, as the caller of `role` sees it. */
export function workspaceRow(
  role: Role,
  { visibility, grant, isOwner, isArchived }: WorkspaceCase,
  { space = 'here', repositoryId }: { space?: keyof typeof spaces; repositoryId: string },
): WorkspaceRow {
  const caller = callers[role];
  const id = randomUUID();
  const principals = {
    user: { userId: caller.userId },
    team: { teamId: caller.teams[space] },
    'other user': { userId: otherUser.userId },
    'other team': { teamId: otherUser.teams[space] },
  };
  return {
    workspace: {
      id,
      spaceId: spaces[space],
      name: id,
      defaultRepositoryId: repositoryId,
      defaultBranch: 'main',
      ownerUserId: isOwner ? caller.userId : otherUser.userId,
      visibility,
      authoringQueryConnectorIds: [],
      archivedAt: isArchived ? new Date() : null,
      updatedAt: new Date(),
    },
    grants: partsOfGrant[grant].map(([to, accessLevel]) => ({
      id: randomUUID(),
      workspaceId: id,
      accessLevel,
      userId: null,
      teamId: null,
      ...principals[to],
    })),
  };
}

/**
 * Inserts thousands of rows in one statement; Prisma's `createMany` takes ten times as long.
 * @param rows all with the same columns; those that are absent take the default of the database
 */
export async function insertRows({ prisma }: Database, table: string, rows: object[]): Promise<void> {
  const columns = Object.keys(rows[0]!).map((name) => `"${name}"`);
  await prisma.$executeRawUnsafe(
    `INSERT INTO "${table}" (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::"${table}", $1::json)`,
    JSON.stringify(rows),
  );
}

/** Inserts repositories without Git data: the policies read rows only. */
export function insertRepositories(
  database: Database,
  ids: string[],
  space: keyof typeof spaces = 'here',
): Promise<void> {
  const common = { spaceId: spaces[space], kind: 'project', defaultBranch: 'main' };
  return insertRows(
    database,
    'Repository',
    ids.map((id) => ({ id, name: id, ...common })),
  );
}

/** Inserts workspaces and their grants. */
export async function insertWorkspaces(database: Database, rows: WorkspaceRow[]): Promise<void> {
  await insertRows(
    database,
    'Workspace',
    rows.map(({ workspace }) => workspace),
  );
  await insertRows(
    database,
    'WorkspaceGrant',
    rows.flatMap(({ grants }) => grants),
  );
}

/** The context of a request that the caller of `role` sends with a token of one scope. */
export async function contextOf(
  { prisma }: Database,
  role: Role,
  scope: TokenScopeOrNone,
): Promise<RequestContext> {
  const actor = await authenticate({ prisma }, `Bearer ${callers[role].tokens[scope]}`);
  return { actor, requestId: randomUUID(), spaces: new Map() };
}

/** The caller of `role` in the space `here` as policies take them; null when the space is not found for them. */
export async function viewerOf(
  database: Database,
  role: Role,
  scope: TokenScopeOrNone,
): Promise<Viewer | null> {
  const ctx = await contextOf(database, role, scope);
  try {
    return { userId: ctx.actor.userId, access: await loadSpace(database, ctx, 'here') };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return null;
    throw error;
  }
}

/** A caller with a token of one scope, and the ids of the rows that a where-clause finds for them. */
export interface Asker {
  viewer: Viewer | null;
  visible: Set<string>;
}

/**
 * Every caller with every token scope, by `ROLE SCOPE`.
 * @param find the rows that the where-clause under test finds for a viewer
 */
export async function findAskers(
  database: Database,
  find: (viewer: Viewer) => Promise<{ id: string }[]>,
): Promise<Map<string, Asker>> {
  const askers = new Map<string, Asker>();
  for (const role of roles) {
    for (const scope of tokenScopes) {
      const viewer = await viewerOf(database, role, scope);
      const found = viewer ? await find(viewer) : [];
      askers.set(`${role} ${scope}`, { viewer, visible: new Set(found.map(({ id }) => id)) });
    }
  }
  return askers;
}

/** The code of the error that an action throws; `ok` when it throws nothing. */
export async function codeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
    return 'ok';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}
