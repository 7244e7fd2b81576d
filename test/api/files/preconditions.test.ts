import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeToken } from '../../support/factories/make-token.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const inWorkspace = `/workspaces/${demo.workspaceId}`;
const create = (path: string, content: string, headers = {}) =>
  at.rest('POST', `${inWorkspace}/authoring-files`, { body: { path, content }, headers });
const save = (path: string, content: string, headers = {}, more = {}) =>
  at.rest('PUT', `${inWorkspace}/authoring-file`, { body: { path, content, ...more }, headers });
const read = (path: string, headers = {}) =>
  at.rest('GET', `${inWorkspace}/authoring-file?path=${path}`, { headers });
const tagOf = ({ headers }: { headers: Headers }) => headers.get('etag')!;

describe('If-Match on a save', () => {
  it('of the current tag saves, of a stale one is 412 and changes nothing', async () => {
    const first = tagOf(await create('match.md', 'one'));
    const second = await save('match.md', 'two', { 'if-match': first });
    expect(second.status).toBe(200);
    const stale = await save('match.md', 'three', { 'if-match': first });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    expect((await read('match.md')).body.content).toBe('two');
    expect((await save('match.md', 'three', { 'if-match': `"x,", ${tagOf(second)}` })).status).toBe(200);
  });

  it.each(['W/"SHA"', '"0000000000000000000000000000000000000000"', 'SHA', '""'])(
    'of %s is 412',
    async (tag) => {
      const path = `weak-${Buffer.from(tag).toString('hex').slice(0, 12)}.md`;
      const { sha } = (await create(path, 'one')).body;
      expect((await save(path, 'two', { 'if-match': tag.replace('SHA', sha) })).status).toBe(412);
    },
  );

  it('of * saves a file that exists; a missing file stays a 404', async () => {
    await create('any.md', 'one');
    expect((await save('any.md', 'two', { 'if-match': '*' })).status).toBe(200);
    expect((await save('no-such.md', 'two', { 'if-match': '*' })).status).toBe(404);
  });

  it('that holds leaves the conflict of base_sha to base_sha', async () => {
    const first = await create('both.md', 'one');
    const other = '1'.repeat(40);
    const answer = await save('both.md', 'two', { 'if-match': tagOf(first) }, { base_sha: other });
    expect([answer.status, answer.body.code]).toEqual([409, 'base_sha_conflict']);
    const failed = await save('both.md', 'two', { 'if-match': '"x"' }, { base_sha: first.body.sha });
    expect(failed.status).toBe(412);
  });

  it('is not looked at where the save is refused anyway', async () => {
    await create('refused.md', 'one');
    const headers = { 'if-match': '"stale"' };
    const viewer = await makeUser(at, { role: 'viewer' });
    const grants = [{ principal_type: 'user', principal_id: viewer.id, access_level: 'view' }];
    await at.rest('PUT', `${inWorkspace}/access`, { body: { visibility: 'shared', grants } });
    const body = { path: 'refused.md', content: 'two' };
    const asViewer = await at.rest('PUT', `${inWorkspace}/authoring-file`, {
      body,
      headers,
      token: viewer.token,
    });
    expect(asViewer.status).toBe(403);
    expect((await save('../refused.md', 'two', headers)).status).toBe(400);
    const { id: userId } = await at.gateway.services.prisma.user.findFirstOrThrow();
    const token = await makeToken(at, { userId, scopes: ['write'] });
    const blind = await at.rest('PUT', `${inWorkspace}/authoring-file`, { body, headers, token });
    expect([blind.status, blind.body.code]).toEqual([403, 'insufficient_scope']);
  });
});

it('If-None-Match: * creates a file once, and never saves one', async () => {
  const once = { 'if-none-match': '*' };
  expect((await create('once.md', 'one', once)).status).toBe(201);
  const again = await create('once.md', 'two', once);
  expect([again.status, again.body.code]).toEqual([412, 'precondition_failed']);
  expect((await create('once.md', 'two')).body.code).toBe('file_exists');
  expect((await save('once.md', 'two', once)).status).toBe(412);
  expect((await create('not-there.md', 'x', { 'if-match': '*' })).status).toBe(412);
  expect((await read('once.md')).body.content).toBe('one');
});

it('of several writes with a precondition at the same time one wins', async () => {
  const all = (write: (n: number) => Promise<{ status: number }>) =>
    Promise.all(Array.from({ length: 8 }, (_none, n) => write(n)));
  const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();
  const created = await all((n) => create('race.md', `${n}`, { 'if-none-match': '*' }));
  expect(statuses(created)).toEqual([201, ...Array(7).fill(412)]);
  const tag = tagOf(await read('race.md'));
  const saved = await all((n) => save('race.md', `saved ${n}`, { 'if-match': tag }));
  expect(statuses(saved)).toEqual([200, ...Array(7).fill(412)]);
});

it('a rename and the routes of repositories check If-Match too', async () => {
  const tag = tagOf(await create('moved.md', 'one'));
  const body = { path: 'moved.md', new_path: 'moved-2.md' };
  const rename = (headers: Record<string, string>) =>
    at.rest('POST', `${inWorkspace}/authoring-file/rename`, { body, headers });
  expect((await rename({ 'if-match': '"stale"' })).status).toBe(412);
  expect((await rename({ 'if-match': tag })).status).toBe(200);
  const inRepository = `/repositories/${demo.repositoryId}`;
  const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
  const made = await at.rest('POST', `${inRepository}/files`, {
    body: { path: 'tag.ipynb' },
    headers: { 'if-none-match': '*' },
  });
  const saveThere = (tag: string, n: number) =>
    at.rest('PUT', `${inRepository}/file`, {
      body: { path: 'tag.ipynb', notebook: { ...notebook, metadata: { n } } },
      headers: { 'if-match': tag },
    });
  expect((await saveThere(tagOf(made), 1)).status).toBe(200);
  expect((await saveThere(tagOf(made), 2)).status).toBe(412);
});

describe('the ETag', () => {
  it('is the blob sha, and another one when the same bytes come back', async () => {
    const first = await create('back.md', 'X');
    expect(tagOf(first)).toBe(`"${first.body.sha}"`);
    const second = await save('back.md', 'Y');
    expect(tagOf(second)).toBe(`"${second.body.sha}"`);
    const third = await save('back.md', 'X');
    expect(third.body.sha).toBe(first.body.sha);
    expect(tagOf(third)).not.toBe(tagOf(first));
    const answer = await read('back.md', { 'if-none-match': tagOf(first) });
    expect([answer.status, answer.body.commit_sha]).toEqual([200, third.body.commit_sha]);
    expect(tagOf(answer)).toBe(tagOf(third));
    expect((await read('back.md', { 'if-none-match': `W/${tagOf(third)}` })).status).toBe(304);
    await save('back.md', 'Y');
    expect(tagOf(await save('back.md', 'X'))).not.toBe(tagOf(third));
  });

  it('changes with the notebook id, when a new notebook with the same bytes follows a rename', async () => {
    const path = 'id.ipynb';
    const first = await at.rest('POST', `${inWorkspace}/files`, { body: { path } });
    await at.rest('POST', `${inWorkspace}/authoring-file/rename`, { body: { path, new_path: 'id-2.ipynb' } });
    const second = await at.rest('POST', `${inWorkspace}/files`, { body: { path } });
    expect(second.body.sha).toBe(first.body.sha);
    expect(second.body.notebook_id).not.toBe(first.body.notebook_id);
    const headers = { 'if-none-match': tagOf(first) };
    const answer = await at.rest('GET', `${inWorkspace}/file?path=${path}`, { headers });
    expect([answer.status, answer.body.notebook_id]).toEqual([200, second.body.notebook_id]);
  });

  it('with If-Match accepts the blob sha where a digest follows it', async () => {
    const { sha } = (await create('digest.md', 'X')).body;
    await save('digest.md', 'Y');
    const third = await save('digest.md', 'X');
    expect((await save('digest.md', 'Z', { 'if-match': `"${sha}"` })).status).toBe(200);
    expect((await save('digest.md', 'Z', { 'if-match': tagOf(third) })).status).toBe(412);
  });

  it('is the same in GraphQL', async () => {
    const made = await create('graph.md', 'X');
    const { data } = await at.graphql(
      `query($id: ID!) { space(slug: "demo") { workspace(id: $id) {
        file(path: "graph.md") { etag } fileState(path: "graph.md") { etag sha size commitSha notebookId } } } }`,
      { id: demo.workspaceId },
    );
    const { etag, sha, size, commit_sha: commitSha } = { etag: tagOf(made).slice(1, -1), ...made.body };
    expect(data.space.workspace).toEqual({
      file: { etag },
      fileState: { etag, sha, size, commitSha, notebookId: null },
    });
  });
});

it('a write of what has no ETag happens with If-Match: * alone', async () => {
  const changes = [{ create: { path: 'untagged.md', content: '' } }];
  const commit = (tag: string) =>
    at.rest('POST', `${inWorkspace}/commits`, { body: { changes }, headers: { 'if-match': tag } });
  const rename = (name: string, headers: Record<string, string>) =>
    at.rest('PATCH', inWorkspace, { body: { name }, headers });
  const { name } = (await at.rest('GET', inWorkspace)).body;
  for (const refused of [
    await commit('"stale"'),
    await rename('Refused', { 'if-match': '"stale"' }),
    await rename('Refused', { 'if-none-match': '*' }),
  ])
    expect([refused.status, refused.body.code]).toEqual([412, 'precondition_failed']);
  expect((await read('untagged.md')).status).toBe(404);
  expect((await at.rest('GET', inWorkspace)).body.name).toBe(name);
  expect((await commit('*')).status).toBe(201);
  expect((await rename('Passed', { 'if-match': '*', 'if-none-match': '"other"' })).body.name).toBe('Passed');
});
