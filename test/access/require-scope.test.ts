import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireScope } from '../../src/access/require-scope.js';
import type { Database } from '../../src/engines/database/open-database.js';
import { codeOf, contextOf, openPolicyDatabase } from './policy-rows.js';
import { roles, type TokenScopeOrNone } from './who-may-do-what.js';

let database: Database;
beforeAll(async () => {
  database = await openPolicyDatabase();
});
afterAll(() => database.close());

const no = 'insufficient_scope';

/** What each needed scope answers, by the scope of the token: no scope includes another one. */
// biome-ignore format: a table
const answers: [token: TokenScopeOrNone, needed: { read: string; write: string; execute: string; admin: string }][] = [
  ['read',    { read: 'ok', write: no,   execute: no,   admin: no }],
  ['write',   { read: no,   write: 'ok', execute: no,   admin: no }],
  ['execute', { read: no,   write: no,   execute: 'ok', admin: no }],
  ['admin',   { read: no,   write: no,   execute: no,   admin: 'ok' }],
  ['none',    { read: no,   write: no,   execute: no,   admin: no }],
];

describe.each(roles)('requireScope for the role %s', (role) => {
  it.each(answers)('with the token scope %s passes that scope only', async (scope, needed) => {
    const ctx = await contextOf(database, role, scope);
    const codes = Object.fromEntries(
      await Promise.all(
        (['read', 'write', 'execute', 'admin'] as const).map(async (one) => [
          one,
          await codeOf((async () => requireScope(ctx, one))()),
        ]),
      ),
    );
    expect(codes).toEqual(needed);
  });
});
