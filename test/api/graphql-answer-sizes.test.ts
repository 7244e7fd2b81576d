import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeExecution } from '../support/factories/make-execution.js';
import { makeRuntime, type TestRuntime } from '../support/factories/make-runtime.js';
import { openSocket } from '../support/graphql-socket.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';
import { readEvents } from '../support/sse.js';

const mib = 1024 * 1024;
const aliases = (field: string, count: number) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

let on: TestPlatform;
let runtime: TestRuntime;
beforeAll(async () => {
  on = await openTestPlatform();
  runtime = await makeRuntime(on.at, { userId: on.admin.id });
});
afterAll(() => on.at.close());

const inWorkspace = (fields: string) =>
  `{ space(slug: "demo") { workspace(id: "${demo.workspaceId}") { ${fields} } } }`;

async function save(path: string, content: string): Promise<void> {
  await on.run(
    `mutation($input: CreateFileInput!) {
      createFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) { file { size } } }`,
    undefined,
    { input: { path, content } },
  );
}

/** A run of much code, and an event with a long text. */
async function longExecution(): Promise<string> {
  const text = 'x'.repeat(2 * mib);
  const { session } = runtime;
  const data = JSON.stringify({ name: 'stdout', text });
  const end = JSON.stringify({ status: 'ok', execution_count: 1, truncated: false, outputs: [] });
  const events = {
    create: [
      { sequence: 2, type: 'stream', data },
      { sequence: 3, type: 'final_response', data: end },
    ],
  };
  return (await makeExecution(on.at, { session, status: 'ok', code: text, events })).id;
}

describe('an answer that repeats a long value', () => {
  const file = (count: number) =>
    inWorkspace(`file(path: "long.txt") { ... on TextFile { ${aliases('content', count)} } }`);
  beforeAll(() => save('long.txt', 'x'.repeat(2 * mib)));
  const headers = () => ({ authorization: `Bearer ${on.at.token}`, 'content-type': 'application/json' });
  const posted = (path: string, query: string, accept: string) =>
    fetch(`${on.at.url}${path}`, {
      method: 'POST',
      headers: { ...headers(), accept },
      body: JSON.stringify({ query }),
    });

  /** The answer over each transport. */
  const transports: [string, (query: string) => Promise<any>][] = [
    ['POST', async (query) => (await posted('/graphql', query, 'application/json')).json()],
    [
      'GET',
      async (query) => {
        const path = `/graphql?query=${encodeURIComponent(query)}`;
        return (await fetch(`${on.at.url}${path}`, { headers: headers() })).json();
      },
    ],
    [
      'server-sent events',
      async (query) => (await readEvents(await posted('/graphql', query, 'text/event-stream')))[0]!.data,
    ],
    [
      '/graphql/stream',
      async (query) =>
        (await readEvents(await posted('/graphql/stream', query, 'text/event-stream')))[0]!.data,
    ],
    [
      'WebSocket',
      async (query) => {
        const socket = await openSocket(on.at.url, { params: { authorization: `Bearer ${on.at.token}` } });
        socket.send({ id: '1', type: 'subscribe', payload: { query } });
        const { payload } = JSON.parse(await socket.next());
        socket.ws.terminate();
        return payload;
      },
    ],
  ];

  it.each(transports)('is refused over %s, and a few times are answered', async (_name, ask) => {
    const { errors } = await ask(file(100));
    expect(errors).toMatchObject([{ extensions: { code: 'payload_too_large' } }]);
    expect(errors[0].message).toContain('64 MiB');
    const few = await ask(file(4));
    expect(few.errors).toBeUndefined();
    expect(few.data.space.workspace.file.a3).toHaveLength(2 * mib);
  });

  it('is refused for the code of runs, also where no alias repeats it', async () => {
    await longExecution();
    const list = (fields: string) => `executions(first: 1) { nodes { ${fields} } }`;
    expect(await on.failure(`{ space(slug: "demo") { ${list(aliases('code', 40))} } }`)).toBe(
      'payload_too_large',
    );
    expect((await on.space(list('code'))).executions.nodes[0].code).toHaveLength(2 * mib);
    const { session } = runtime;
    const rows = Array.from({ length: 16 }, () => ({
      sessionId: session.id,
      userId: session.userId,
      code: 'y'.repeat(5_000_000),
    }));
    await on.at.gateway.services.prisma.execution.createMany({ data: rows });
    const all = `session(id: "${session.id}") { executions(first: 50) { nodes { code } } }`;
    expect(await on.failure(`{ space(slug: "demo") { ${all} } }`)).toBe('payload_too_large');
    const path = `/sessions/${session.id}/executions`;
    expect(await on.at.rest('GET', `${path}?size=50`)).toMatchObject({
      status: 413,
      body: { code: 'payload_too_large' },
    });
    expect((await on.at.rest('GET', `${path}?size=10`)).status).toBe(200);
  });

  it('is refused for the message of a version', async () => {
    const { prisma } = on.at.gateway.services;
    const { id } = await prisma.fileVersion.findFirstOrThrow({ where: { path: 'long.txt' } });
    await prisma.fileVersion.update({ where: { id }, data: { message: 'm'.repeat(mib) } });
    const { documentId } = await prisma.fileVersion.findFirstOrThrow({
      where: { documentId: { not: null } },
    });
    await prisma.fileVersion.updateMany({ where: { documentId }, data: { message: 'm'.repeat(mib) } });
    const versions = (count: number) =>
      `{ space(slug: "demo") { document(id: "${documentId}") { versions(first: 1) { nodes { ${aliases('commitMessage', count)} } } } } }`;
    expect(await on.failure(versions(100))).toBe('payload_too_large');
    expect(await on.failure(versions(10))).toBe('');
  });

  it('is refused for each event of a subscription, and the next event is answered', async () => {
    const id = await longExecution();
    const query = `subscription { executionEvents(executionId: "${id}") { sequence ... on StreamEvent { ${aliases('text', 40)} } } }`;
    const response = await posted('/graphql', query, 'text/event-stream');
    const events = (await readEvents(response)).filter(({ event }) => event === 'next');
    expect(events[1]!.data.errors).toMatchObject([{ extensions: { code: 'payload_too_large' } }]);
    expect(events.at(-1)!.data.data.executionEvents.sequence).toBe(3);
  });
});

describe('an answer with many names', () => {
  it('is refused where a list is longer than its cost assumes', async () => {
    const lines = (more: string) =>
      Array.from({ length: 9_000 }, (_, i) => `${i}\n${i % 10 ? '' : more}`).join('');
    await save('a.txt', lines(''));
    await on.run(
      `mutation { createBranch(spaceSlug: "demo", repositoryId: "${demo.repositoryId}", name: "other") { name } }`,
    );
    const { file } = (await on.space(`workspace(id: "${demo.workspaceId}") { file(path: "a.txt") { sha } }`))
      .workspace;
    await on.run(
      `mutation($input: SaveFileInput!) {
        saveFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) { file { sha } } }`,
      undefined,
      { input: { path: 'a.txt', content: lines('more\n'), baseSha: file.sha, branch: 'other' } },
    );
    const compared = (fields: string) =>
      inWorkspace(
        `compare(base: "main", head: "other", path: "a.txt") { file { text { hunks { ${fields} } } } }`,
      );
    const { data, errors } = await on.at.graphql(compared(`baseStart ${aliases('__typename', 50)}`));
    expect(errors).toBeUndefined();
    expect(data.space.workspace.compare.file.text.hunks.length).toBe(900);
    expect(await on.failure(compared(aliases('__typename', 1_500)))).toBe('payload_too_large');
    expect(await on.failure(compared(aliases('baseStart', 1_500)))).toBe('payload_too_large');
  });
});

it('the comparison of a notebook counts its two versions once', async () => {
  const path = 'compared.ipynb';
  const notebook = (text: string) => ({
    ...{ nbformat: 4, nbformat_minor: 5, metadata: {} },
    cells: [{ cell_type: 'code', id: 'a', metadata: {}, execution_count: null, source: text, outputs: [] }],
  });
  const content = (letter: string) => notebook(letter.repeat(17 * mib));
  const files = `/workspaces/${demo.workspaceId}/authoring-files`;
  const created = await on.at.rest('POST', files, { body: { path, notebook: content('a') } });
  expect(created.status).toBe(201);
  const { commit_sha: base, sha } = created.body;
  const body = { path, notebook: content('b'), base_sha: sha };
  const saved = await on.at.rest('PUT', files.slice(0, -1), { body });
  expect(saved.status).toBe(200);
  const query = `base=${base}&head=${saved.body.commit_sha}&path=${path}`;
  const answer = await on.at.rest('GET', `/workspaces/${demo.workspaceId}/compare?${query}`);
  expect(answer.status).toBe(200);
}, 60_000);
