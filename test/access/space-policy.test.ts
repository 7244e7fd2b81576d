import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAdminSpace, requirePlatformAdmin } from '../../src/access/require-admin.js';
import { spacePermissions } from '../../src/access/space-policy.js';
import type { Database } from '../../src/engines/database/database.js';
import { listSpaces } from '../../src/spaces/list-spaces.js';
import { codeOf, contextOf, openPolicyDatabase, spaces, viewerOf } from './policy-rows.js';
import { levelsInSpace, permissionsOf, type Role, roles, tokenScopes } from './who-may-do-what.js';

let database: Database;
beforeAll(async () => {
  database = await openPolicyDatabase();
});
afterAll(() => database.close());

/** The spaces of each role's list. */
const listed: Record<Role, string[]> = {
  admin: [spaces.here],
  editor: [spaces.here],
  viewer: [spaces.here],
  'non-member': [],
  'platform admin': [spaces.here, spaces.elsewhere],
};

const combinations = roles.flatMap((role) => tokenScopes.map((scope) => [role, scope] as const));

describe('spacePermissions', () => {
  it.each(combinations)(
    'for the role %s with the token scope %s are those of the table',
    async (role, scope) => {
      const viewer = await viewerOf(database, role, scope);
      const permissions = viewer ? spacePermissions(viewer.access) : permissionsOf.nothing;
      expect(permissions).toEqual(permissionsOf[levelsInSpace[role].space]);
    },
  );
});

describe('listSpaces', () => {
  it.each(combinations)(
    'for the role %s with the token scope %s agrees with spacePermissions',
    async (role, scope) => {
      const listing = listSpaces(database, await contextOf(database, role, scope));
      const code = await codeOf(() => listing.count());
      expect(code).toBe(scope === 'read' ? 'ok' : 'insufficient_scope');
      if (code !== 'ok') return;
      const ids = (await listing.find({ take: 10, skip: 0 })).map(({ id }) => id);
      expect(ids.sort()).toEqual([...listed[role]].sort());
      const viewer = await viewerOf(database, role, scope);
      expect(ids.includes(spaces.here)).toBe(viewer !== null && spacePermissions(viewer.access).canView);
    },
  );
});

/** What an administrator's command answers to each role, given the scope `admin`. */
const administration: Record<Role, { ofSpace: string; ofPlatform: string }> = {
  admin: { ofSpace: 'ok', ofPlatform: 'forbidden' },
  editor: { ofSpace: 'forbidden', ofPlatform: 'forbidden' },
  viewer: { ofSpace: 'forbidden', ofPlatform: 'forbidden' },
  'non-member': { ofSpace: 'not_found', ofPlatform: 'forbidden' },
  'platform admin': { ofSpace: 'ok', ofPlatform: 'ok' },
};

describe('loadAdminSpace', () => {
  it.each(combinations)(
    'admits the role %s with the token scope %s as the table says',
    async (role, scope) => {
      const ctx = await contextOf(database, role, scope);
      const { ofSpace } = administration[role];
      const expected = scope === 'admin' || ofSpace === 'not_found' ? ofSpace : 'insufficient_scope';
      expect(await codeOf(() => loadAdminSpace(database, ctx, 'here'))).toBe(expected);
    },
  );
});

describe('requirePlatformAdmin', () => {
  it.each(combinations)(
    'admits the role %s with the token scope %s as the table says',
    async (role, scope) => {
      const ctx = await contextOf(database, role, scope);
      const expected = scope === 'admin' ? administration[role].ofPlatform : 'insufficient_scope';
      expect(await codeOf(async () => requirePlatformAdmin(ctx))).toBe(expected);
    },
  );
});
