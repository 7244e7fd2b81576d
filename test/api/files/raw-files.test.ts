import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const raw = `/workspaces/${demo.workspaceId}/raw-file`;
const bytes = Uint8Array.from({ length: 300_000 }, (_none, n) => (n * 7919) % 256);
const blob = (content: Uint8Array) =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

const put = (query: string, content: Uint8Array<ArrayBuffer> | string, headers = {}, token = at.token) =>
  at.rest('PUT', `${raw}?${query}`, {
    raw: content,
    headers: { 'content-type': 'image/png', ...headers },
    token,
  });

/** Reads the bytes, which `rest` would decode as text. */
async function read(query: string, headers = {}) {
  const response = await fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks${raw}?${query}`, {
    headers: { authorization: `Bearer ${at.token}`, ...headers },
  });
  const { status, headers: answered } = response;
  return { status, headers: answered, bytes: new Uint8Array(await response.arrayBuffer()) };
}

describe('a file of any bytes', () => {
  it('is created, read whole, in ranges and by its tag, and replaced', async () => {
    const made = await put('path=img/a.png', bytes);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      path: 'img/a.png',
      branch: 'main',
      sha: blob(bytes),
      size: bytes.length,
      notebook_id: null,
    });
    const tag = made.headers.get('etag')!;
    expect(tag).toBe(`"${blob(bytes)}"`);

    const whole = await read('path=img/a.png');
    expect([whole.status, whole.headers.get('etag'), blob(whole.bytes)]).toEqual([200, tag, blob(bytes)]);
    expect(whole.headers.get('content-type')).toBe('application/octet-stream');
    const part = await read('path=img/a.png', { range: 'bytes=100-199' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 100-199/300000']);
    expect(Buffer.compare(part.bytes, bytes.subarray(100, 200))).toBe(0);
    const end = await read('path=img/a.png', { range: 'bytes=-10' });
    expect(Buffer.compare(end.bytes, bytes.subarray(-10))).toBe(0);
    expect((await read('path=img/a.png', { 'if-none-match': tag })).status).toBe(304);
    const old = await read('path=img/a.png', { range: 'bytes=0-1', 'if-range': '"other"' });
    expect([old.status, old.bytes.length]).toEqual([200, bytes.length]);

    const again = await put('path=img/a.png', bytes);
    expect([again.status, again.body.commit_sha]).toEqual([200, made.body.commit_sha]);
    const other = await put('path=img/a.png&commit_message=Smaller', Uint8Array.of(0, 255), {
      'if-match': tag,
    });
    expect(other.status).toBe(200);
    expect((await put('path=img/a.png', bytes, { 'if-match': tag })).body.code).toBe('precondition_failed');
    expect((await put(`path=img/a.png&base_sha=${blob(bytes)}`, bytes)).body.code).toBe('base_sha_conflict');
    const before = await read(`path=img/a.png&ref=${made.body.commit_sha}`);
    expect(blob(before.bytes)).toBe(blob(bytes));
  });

  it('may be empty, and is created once with If-None-Match: *', async () => {
    const once = { 'if-none-match': '*' };
    expect((await put('path=empty.bin', new Uint8Array(), once)).body.size).toBe(0);
    expect((await put('path=empty.bin', bytes, once)).status).toBe(412);
    expect((await put('path=no.bin', bytes, { 'if-match': '*' })).status).toBe(412);
    expect((await read('path=empty.bin')).bytes.length).toBe(0);
    expect((await read('path=no.bin')).status).toBe(404);
  });

  it('is a notebook only where its bytes are valid, which are stored as they are', async () => {
    const text = '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}';
    const made = await put('path=raw.ipynb', text);
    expect(made.status).toBe(201);
    expect(made.body.notebook_id).toBeTruthy();
    expect(Buffer.from((await read('path=raw.ipynb')).bytes).toString()).toBe(text);
    for (const [bytes, why] of [
      ['', 'is an empty file'],
      ['{', 'is not JSON that can be read'],
      ['[]', 'its root must be a JSON object'],
      ['{"nbformat":3,"nbformat_minor":0,"metadata":{},"worksheets":[]}', 'is nbformat 3'],
    ] as const) {
      const bad = await put('path=bad.ipynb', bytes);
      expect([bad.status, bad.body.code]).toEqual([400, 'invalid_notebook']);
      expect(bad.body.errors).toEqual([
        expect.objectContaining({ loc: ['body'], msg: expect.stringContaining(why) }),
      ]);
    }
  });

  it('is written by editors only', async () => {
    const viewer = await makeUser(at, { role: 'viewer' });
    expect((await put('path=v.bin', bytes, {}, viewer.token)).status).toBe(403);
  });

  it('is written once at a time by many', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_none, n) => put('path=many.bin', Uint8Array.of(n))),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(5).fill(200), 201]);
  });
});

describe('several changes in one commit', () => {
  const commit = (changes: unknown[], more = {}) =>
    at.rest('POST', `/workspaces/${demo.workspaceId}/commits`, { body: { changes, ...more } });
  const base64 = Buffer.from(bytes).toString('base64');

  it('are applied in order, also with base64, and all or none', async () => {
    const made = await commit(
      [
        { create: { path: 'c/a.bin', content_base64: base64 } },
        { create: { path: 'c/b.md', content: 'b' } },
        { rename: { path: 'c/b.md', new_path: 'c/c.md' } },
        { save: { path: 'c/c.md', content: 'c' } },
        { create: { path: 'c/n.ipynb' } },
      ],
      { commit_message: 'Many' },
    );
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ changed: true, commit_sha: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(blob((await read('path=c/a.bin')).bytes)).toBe(blob(bytes));
    const again = await commit([{ save: { path: 'c/c.md', content: 'c' } }]);
    expect([again.status, again.body.changed]).toEqual([200, false]);
    const refused = await commit([
      { delete: { path: 'c/c.md' } },
      { save: { path: 'c/none.md', content_base64: 'eA==' } },
    ]);
    expect(refused.status).toBe(404);
    expect((await read('path=c/c.md')).status).toBe(200);
  });

  it.each([
    [[], ['body', 'changes']],
    [[{}], ['body', 'changes', 0]],
    [[{ create: { path: 'x.md', content: '' }, delete: { path: 'x.md' } }], ['body', 'changes', 0]],
    [[{ create: { path: 'x.md', content_base64: '!' } }], ['body', 'changes', 0, 'create', 'content_base64']],
    [[{ delete: { path: '../x.md' } }], ['body', 'changes', 0, 'delete', 'path']],
    [
      [{ create: { path: 'x.md', content: 'x', branch: 'main' } }],
      ['body', 'changes', 0, 'create', 'branch'],
    ],
    [Array(501).fill({ delete: { path: 'x.md' } }), ['body', 'changes']],
  ])('%j are refused with the location of the fault', async (changes, loc) => {
    const answer = await commit(changes);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((one: { loc: unknown }) => one.loc)).toContainEqual(loc);
  });
});
