import { describe, expect, it } from 'vitest';
import { requireScope } from '../../src/access/require-scope.js';
import { codeOf } from './policy-rows.js';
import type { TokenScopeOrNone } from './who-may-do-what.js';

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

describe.each([
  ['a platform admin', true],
  ['any other user', false],
])('requireScope for %s', (_user, isPlatformAdmin) => {
  it.each(answers)('with the token scope %s passes that scope only', async (scope, needed) => {
    const actor = {
      userId: 'user',
      name: 'User',
      email: 'user@example.com',
      isPlatformAdmin,
      tokenId: 'token',
      scopes: new Set(scope === 'none' ? [] : [scope]),
    };
    const ctx = { actor, requestId: 'request', spaces: new Map() };
    const codes: Record<string, string> = {};
    for (const one of ['read', 'write', 'execute', 'admin'] as const) {
      codes[one] = await codeOf(async () => requireScope(ctx, one));
    }
    expect(codes).toEqual(needed);
  });
});
