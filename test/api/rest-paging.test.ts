import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../rest/table.js';
import { type FilledSpace, makeFilledSpace } from '../support/factories/make-filled-space.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { filled, neededQuery, operationsOf } from '../support/rest-operations.js';

let at: TestGateway;
let here: FilledSpace;
beforeAll(async () => {
  at = await openTestGateway();
  here = await makeFilledSpace(at);
});
afterAll(() => at.close());

const operations = operationsOf(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
const lists = routes
  .filter(({ responds }) => responds.kind === 'page' || responds.kind === 'slice')
  .map(({ path }) => `GET ${path.replace(/:(\w+)/g, '{$1}')}`)
  // It needs a worker whose server runs: see worker-files.test.ts.
  .filter((name) => name !== 'GET /workers/{worker_id}/files');

describe.each(lists)('%s', (name) => {
  const operation = operations.find((one) => one.name === name)!;
  const read = (query: string) => {
    const whole = [neededQuery(operation), query].filter(Boolean).join('&');
    return at.rest('GET', `${filled(operation.path, here.ids)}?${whole}`, { space: here.slug });
  };

  it.each(['2147483649', '1000000000000', '99999999999999999999'])(
    'answers page %s with no items and the true total',
    async (page) => {
      const { body: first } = await read('size=1');
      for (const size of ['1', '100000000000000000000000']) {
        const { status, body } = await read(`page=${page}&size=${size}`);
        expect(status).toBe(200);
        expect(body).toMatchObject({ items: [], total: first.total, page: Number(page) });
      }
    },
  );

  it('caps the size, however many digits it has', async () => {
    const { status, body } = await read('size=99999999999999999999');
    expect(status).toBe(200);
    expect([100, 10_000]).toContain(body.size);
    expect(body.items).toHaveLength(body.total);
  });

  it('begins with the first page, of 20 rows and at most 100, or of files 1,000 and 10,000', async () => {
    const [size, max] = name.endsWith('/files') ? [1_000, 10_000] : [20, 100];
    expect((await read('')).body).toMatchObject({ page: 1, size });
    expect((await read(`size=${max}`)).body.size).toBe(max);
    expect((await read(`size=${max + 1}`)).body.size).toBe(max);
  });

  it.each(['page', 'size'])('answers 400 to a %s that is not a number from 1', async (field) => {
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

it('kernel profiles and resource classes are listed newest first, including the default', async () => {
  const profile = 'displayName: "R", language: "r", kernelName: "ir", runtime: local';
  const sizes = 'cpuLimit: 1, memoryMb: 512, workspaceStorageMb: 1024, tmpStorageMb: 512';
  for (const id of ['b-second', 'a-third']) {
    const made = await at.graphql(`mutation {
      createKernelProfile(input: { id: "${id}", ${profile} }) { id }
      createResourceClass(input: { id: "${id}", name: "${id}", ${sizes} }) { id } }`);
    expect(made.errors).toBeUndefined();
  }
  await at.graphql('mutation { updateResourceClass(id: "b-second", input: { isDefault: true }) { id } }');
  const ids = async (path: string, query = '') => {
    const { body } = await at.rest('GET', path + query);
    return { ids: body.items.map(({ id }: { id: string }) => id), total: body.total };
  };
  expect(await ids('/kernel-profiles')).toEqual({ ids: ['a-third', 'b-second', 'python3'], total: 3 });
  expect(await ids('/worker-resource-classes')).toEqual({
    ids: ['a-third', 'b-second', 'standard'],
    total: 3,
  });
  expect(await ids('/worker-resource-classes', '?page=2&size=2')).toEqual({ ids: ['standard'], total: 3 });
  await at.graphql('mutation { updateResourceClass(id: "a-third", input: { isEnabled: false }) { id } }');
  expect((await ids('/worker-resource-classes')).total).toBe(2);
});
