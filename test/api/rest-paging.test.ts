import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../rest/table.js';
import { openTestDatabase } from '../support/database.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { createSpaceFixture, type SpaceFixture } from '../support/space-fixture.js';

let at: TestGateway;
let here: SpaceFixture;
beforeAll(async () => {
  at = await openTestGateway({ database: await openTestDatabase() });
  here = await createSpaceFixture(at);
});
afterAll(() => at.close());

const lists = routes
  .filter(({ responds }) => responds.kind === 'page' || responds.kind === 'slice')
  .map(({ path }) => path);

describe.each(lists)('GET %s', (path) => {
  const read = (query: string) => {
    const filled = path.replace(/:(\w+)/g, (_all, name: keyof SpaceFixture['ids']) => here.ids[name]);
    return at.rest('GET', `${filled}?${query}`, { space: here.slug });
  };

  it.each(['2147483649', '1000000000000', '99999999999999999999'])(
    'the page %s is empty and has the true total',
    async (page) => {
      const { body: first } = await read('size=1');
      for (const size of ['1', '100000000000000000000000']) {
        const { status, body } = await read(`page=${page}&size=${size}`);
        expect(status).toBe(200);
        expect(body).toMatchObject({ items: [], total: first.total, page: Number(page) });
      }
    },
  );

  it('a size of any length is capped', async () => {
    const { status, body } = await read('size=99999999999999999999');
    expect(status).toBe(200);
    expect([100, 10_000]).toContain(body.size);
    expect(body.items).toHaveLength(body.total);
  });

  it.each(['page', 'size'])('a %s that is no number from 1 is 400', async (field) => {
    for (const value of ['x', '0', '-1', '1.5', '', 'Infinity', '1 2']) {
      const { status, body } = await read(`${field}=${encodeURIComponent(value)}`);
      expect({ value, status, loc: body.errors?.[0].loc }).toEqual({
        value,
        status: 400,
        loc: ['query', field],
      });
    }
  });
});
