import { afterEach, expect, it, vi } from 'vitest';
import { newUuid } from '../../web/src/random-ids.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('an id is a UUID of version 4, also where a page of http has no crypto.randomUUID', () => {
  const random = { getRandomValues: crypto.getRandomValues.bind(crypto) };
  vi.stubGlobal('crypto', random);
  const ids = Array.from({ length: 200 }, newUuid);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-\w{12}$/);
  expect(new Set(ids).size).toBe(200);
});
