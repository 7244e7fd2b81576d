import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

const few = 3;
const many = 12;

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
  for (let count = 0; count < many; count++) {
    const { id } = await makeRepository(at);
    await makeWorkspace(at, { defaultRepositoryId: id });
  }
}, 60_000);
afterAll(() => at.close());

/** The statements that a query of so many workspaces needs. */
async function statements(first: number, fields: string): Promise<number> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    const { data, errors } = await at.graphql(
      `{ space(slug: "demo") { workspaces(first: ${first}) { nodes { ${fields} } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.space.workspaces.nodes).toHaveLength(first);
    return query.mock.calls.length;
  } finally {
    query.mockRestore();
  }
}

it.each([
  ['permissions', 'effectivePermissions { canView }'],
  ['owners and repositories', 'owner { name } defaultRepository { name } spaceSlug'],
  ['permissions of repositories', 'defaultRepository { effectivePermissions { canEdit } }'],
  ['branches', 'defaultRepository { branches { nodes { name isProtected } } }'],
  ['protected branches', 'defaultRepository { protectedBranches { nodes { name } } }'],
  ['files', 'files(first: 20) { nodes { path } }'],
  ['sessions', 'sessions(first: 20) { nodes { id } }'],
  ['workers', 'workers(first: 20) { nodes { id } }'],
])('the %s of more workspaces need no more statements', async (_what, fields) => {
  // The first read of a branch fills its index, and what follows from that goes on after the answer.
  await vi.waitFor(async () => {
    const difference = (await statements(many, fields)) - (await statements(few, fields));
    // A few statements of the gateway's own work may come between.
    expect(difference).toBeLessThanOrEqual(3);
  }, 10_000);
});

it('the files of one answer may have at most 64 MiB together, and one file alone is read', async () => {
  const content = 'x'.repeat(30 * 1024 * 1024);
  const create = `mutation($input: CreateFileInput!) {
    createFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) { file { size } } }`;
  expect((await at.graphql(create, { input: { path: 'large.txt', content } })).errors).toBeUndefined();
  const file = 'file(path: "large.txt") { size ... on TextFile { content } }';
  const read = (fields: string) =>
    at.graphql(`{ space(slug: "demo") { workspace(id: "${demo.workspaceId}") { ${fields} } } }`);
  expect((await read(file)).data.space.workspace.file.size).toBe(content.length);
  const { data, errors } = await read(`a: ${file} b: ${file} c: ${file} d: ${file}`);
  expect(data?.space ?? null).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'payload_too_large' } }]);
});
