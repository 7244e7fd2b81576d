import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { firstUid, lastUid, uidOf } from '../../src/workers/backends/external/worker-user.js';

test('a worker always has the same user, within the range, and others have other users', () => {
  const ids = Array.from({ length: 200 }, () => randomUUID());
  const uids = ids.map(uidOf);
  expect(ids.map(uidOf)).toEqual(uids);
  expect(new Set(uids).size).toBeGreaterThan(198);
  expect(uids.every((uid) => Number.isInteger(uid) && uid >= firstUid && uid <= lastUid)).toBe(true);
  expect([uidOf('00000000-'), uidOf('ffffffff-')]).toEqual([firstUid, lastUid]);
});
