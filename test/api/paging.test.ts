import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeTeam } from '../support/factories/make-team.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let on: TestPlatform;
beforeAll(async () => {
  on = await openTestPlatform();
});
afterAll(() => on.at.close());

interface Page {
  totalCount: number;
  edges: { cursor: string; node: { key: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** A list of the demo space: its field, the key of its rows, and how a row is created and removed. */
interface List {
  field: string;
  key: string;
  make(): Promise<string>;
  drop(key: string): Promise<unknown>;
}

const prisma = () => on.at.gateway.services.prisma;
const made = async (call: string) => (await on.mutate(call)).id as string;
let count = 0;
const name = () => `n${count++}`;
const spaceSlug = 'spaceSlug: "demo"';
let notebook: string;
beforeAll(async () => {
  const { body } = await on.at.rest(
    'GET',
    `/workspaces/${demo.workspaceId}/file?path=notebooks/welcome.ipynb`,
  );
  notebook = body.notebook_id;
});

const lists: Record<string, () => List> = {
  workspaces: () => ({
    field: 'workspaces',
    key: 'id',
    make: async () => (await makeWorkspace(on.at)).id,
    drop: (id) => on.mutate(`archiveWorkspace(${spaceSlug}, id: "${id}") { id }`),
  }),
  teams: () => ({
    field: 'teams',
    key: 'id',
    make: async () => (await makeTeam(on.at)).id,
    drop: (id) => on.mutate(`deleteTeam(${spaceSlug}, id: "${id}")`),
  }),
  members: () => ({
    field: 'members',
    key: 'userId',
    make: async () => (await makeUser(on.at, { role: 'viewer' })).id,
    drop: (id) => on.mutate(`removeSpaceMember(${spaceSlug}, userId: "${id}")`),
  }),
  links: () => ({
    field: `document(id: "${notebook}") { links`,
    key: 'id',
    make: async () => {
      const id = await made(
        `createCatalogEntry(${spaceSlug}, input: { type: product, name: "${name()}" }) { id }`,
      );
      return made(
        `createNotebookLink(${spaceSlug}, notebookId: "${notebook}", input: { targetType: product, targetId: "${id}" }) { id }`,
      );
    },
    drop: (id) => on.mutate(`deleteNotebookLink(${spaceSlug}, notebookId: "${notebook}", id: "${id}")`),
  }),
  versions: () => ({
    field: `document(id: "${notebook}") { versions`,
    key: 'id',
    make: async () => {
      const path = 'notebooks/welcome.ipynb';
      const saved = await on.at.rest('PUT', `/workspaces/${demo.workspaceId}/file`, {
        body: { path, notebook: { cells: [], metadata: { n: name() }, nbformat: 4, nbformat_minor: 5 } },
      });
      return saved.body.version.id;
    },
    drop: (id) => prisma().fileVersion.delete({ where: { id } }),
  }),
};

async function page(list: List, after?: string | null, first = 2): Promise<Page> {
  const [outer, inner] = list.field.split(' { ');
  const from = after == null ? '' : `, after: "${after}"`;
  const selection = `(first: ${first}${from}) {
    totalCount edges { cursor node { key: ${list.key} } } pageInfo { hasNextPage endCursor } }`;
  const answer = await on.space(inner ? `${outer} { ${inner}${selection} }` : `${outer}${selection}`);
  return inner ? answer.document[inner] : answer[outer!];
}

const keys = ({ edges }: Page) => edges.map(({ node }) => node.key);

describe.each(Object.keys(lists))('the pages of %s', (which) => {
  let list: List;
  let rows: string[];
  beforeEach(async () => {
    list = lists[which]!();
    rows = [];
    for (let i = 0; i < 6; i++) rows.unshift(await list.make());
  });

  it('are complete and in order while rows at page ends are deleted', async () => {
    const first = await page(list);
    expect(keys(first)).toEqual(rows.slice(0, 2));
    await list.drop(rows[1]!);
    const second = await page(list, first.pageInfo.endCursor);
    expect(keys(second)).toEqual(rows.slice(2, 4));
    await list.drop(rows[2]!);
    await list.drop(rows[3]!);
    const third = await page(list, second.pageInfo.endCursor);
    expect(keys(third)).toEqual(rows.slice(4, 6));
  });

  it('continue after the cursor of any row', async () => {
    const { edges } = await page(list, null, 6);
    expect(keys(await page(list, edges[3]!.cursor))).toEqual(rows.slice(4, 6));
  });

  it('report no next page after the last row', async () => {
    const { totalCount } = await page(list);
    const all = await page(list, null, 100);
    expect(all.pageInfo.hasNextPage).toBe(false);
    expect(all.edges).toHaveLength(totalCount);
    expect(await page(list, all.pageInfo.endCursor)).toMatchObject({
      edges: [],
      pageInfo: { hasNextPage: false, endCursor: null },
    });
  });

  it('refuse a malformed cursor', async () => {
    const { edges } = await page(list);
    const [key] = keys(await page(list));
    const texts = ['', 'x', key!, edges[0]!.cursor.slice(0, -8), 'W10', 'bnVsbA', encode(['0', '0', '0'])];
    texts.push(encode(['0001-01-01T00:00:00.000Z', key]), encode(['2026-01-01', key]), encode(['-1']));
    texts.push(encode(['9'.repeat(30)]), encode([1, 2]), encode(['2026-01-01T00:00:00.000Z', 'x']));
    for (const text of texts) {
      const [outer, inner] = list.field.split(' { ');
      const selection = `(after: ${JSON.stringify(text)}) { totalCount }`;
      const query = inner ? `${outer} { ${inner}${selection} }` : `${outer}${selection}`;
      expect(await on.failure(`{ space(slug: "demo") { ${query} } }`)).toBe('invalid_request after');
    }
  });
});

it('all faults of a page and of its list are reported at the same time', async () => {
  const fields = {
    teams: ['first', 'limit', 'offset', 'after'],
    [`workspace(id: "${demo.workspaceId}") { files`]: ['first', 'limit', 'offset', 'after', 'ref'],
    [`repository(id: "${demo.repositoryId}") { branches`]: ['first', 'limit', 'offset', 'after'],
    [`document(id: "${notebook}") { versions`]: ['first', 'limit', 'offset', 'after', 'branch'],
    workers: ['first', 'limit', 'offset', 'after', 'workspaceId'],
  };
  const texts: Record<string, string> = { after: '"x"', ref: '"a..b"', branch: '"a..b"', workspaceId: '"x"' };
  for (const [field, names] of Object.entries(fields)) {
    const [outer, inner] = field.split(' { ');
    const given = names.map((one) => `${one}: ${texts[one] ?? -1}`).join(', ');
    const query = inner
      ? `${outer} { ${inner}(${given}) { totalCount } }`
      : `${outer}(${given}) { totalCount }`;
    const { errors } = await on.at.graphql(`{ space(slug: "demo") { ${query} } }`);
    const { code, errors: faults } = errors![0]!.extensions;
    expect([code, ...faults.map(({ path }: { path: string[] }) => path.join('.'))]).toEqual([
      'invalid_request',
      ...names,
    ]);
  }
});

it('who may not read a list gets no faults of its arguments', async () => {
  const { token } = await makeUser(on.at, { role: 'viewer', scopes: ['write'] });
  const query = '{ space(slug: "demo") { workers(first: -1, after: "x") { totalCount } } }';
  expect(await on.failure(query, token)).toBe('insufficient_scope');
});

function encode(values: unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

it('rows created in the same millisecond appear on exactly one page each', async () => {
  const createdAt = new Date(Date.now() + 60_000);
  const data = Array.from({ length: 5 }, () => ({ spaceId: demo.spaceId, name: name(), createdAt }));
  await prisma().team.createMany({ data });
  const list = lists.teams!();
  const seen: string[] = [];
  for (let after: string | null = null; seen.length < 5; ) {
    const next: Page = await page(list, after);
    seen.push(...keys(next));
    after = next.pageInfo.endCursor;
  }
  expect(new Set(seen.slice(0, 5)).size).toBe(5);
});
