import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { parseJson, stringifyJson } from '../../src/engines/nbformat/json.js';
import { makeExecution } from '../support/factories/make-execution.js';
import { makeSession } from '../support/factories/make-session.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { openSocket } from '../support/graphql-socket.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let on: TestPlatform;
beforeAll(async () => {
  on = await openTestPlatform();
});
afterAll(() => on.at.close());

const transports = [
  'JSON',
  'SSE',
  'graphql-sse distinct',
  'graphql-sse single connection',
  'WebSocket',
] as const;
type Transport = (typeof transports)[number];

const tokens = '{"big":12345678901234567890,"list":[1.0,-0.0],"small":1e-05,"text":"1.0","whole":100}';
const notebook = `{"cells":[],"metadata":${tokens},"nbformat":4,"nbformat_minor":5}`;
const path = 'numbers.ipynb';
const read = `query ($path: String!) { space(slug: "demo") { workspace(id: "${demo.workspaceId}") {
  file(path: $path) { sha ... on NotebookFile { notebook } } } } }`;
const save = `mutation ($input: SaveFileInput!) {
  saveFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) {
    version { id } file { sha ... on NotebookFile { notebook } } } }`;

beforeAll(async () => {
  const answer = await on.at.rest('POST', `/workspaces/${demo.workspaceId}/files`, {
    raw: `{"path":"${path}","notebook":${notebook}}`,
  });
  expect(answer.status).toBe(201);
});

/** Sends an operation whose variables are JSON text, and answers the texts of its results. */
async function send(transport: Transport, query: string, variables: string): Promise<string[]> {
  if (transport === 'WebSocket') return sendOverSocket(query, variables);
  const url = `${on.at.url}/graphql${transport.startsWith('graphql-sse') ? '/stream' : ''}`;
  const headers = { authorization: `Bearer ${on.at.token}`, 'content-type': 'application/json' };
  const stream = { ...headers, accept: 'text/event-stream' };
  const post = (how: Record<string, string>, extensions = '{}') =>
    fetch(url, {
      method: 'POST',
      headers: how,
      body: `{"query":${JSON.stringify(query)},"variables":${variables},"extensions":${extensions}}`,
    });
  if (transport === 'JSON') return [await (await post(headers)).text()];
  if (transport !== 'graphql-sse single connection') return results(await (await post(stream)).text());
  const token = await (await fetch(url, { method: 'PUT', headers })).text();
  const reserved = { ...headers, 'x-graphql-event-stream-token': token };
  const reader = (await fetch(url, { headers: { ...stream, ...reserved } })).body!.getReader();
  expect((await post(reserved, '{"operationId":"one"}')).status).toBe(202);
  let text = '';
  while (!text.includes('event: complete')) text += Buffer.from((await reader.read()).value!).toString();
  await reader.cancel();
  return results(text).map((result) => result.replace(/^\{"id":"one","payload":(.*)\}$/, '$1'));
}

async function sendOverSocket(query: string, variables: string): Promise<string[]> {
  const socket = await openSocket(on.at.url, { params: { authorization: `Bearer ${on.at.token}` } });
  socket.send(
    `{"id":"one","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":${variables}}}`,
  );
  const texts: string[] = [];
  for (let text = await socket.next(); !text.includes('"complete"'); text = await socket.next())
    texts.push(text.replace(/^\{"id":"one","type":"next","payload":(.*)\}$/, '$1'));
  socket.ws.close();
  return texts;
}

function results(text: string): string[] {
  return [...text.matchAll(/event: next\ndata: (.*)\n/g)].map((match) => match[1]!);
}

/** {@link send} of one operation, with every number as it was answered. */
async function one(transport: Transport, query: string, variables: object): Promise<any> {
  const [text] = await send(transport, query, stringifyJson(variables));
  return Object.values((parseJson(text!) as any).data)[0];
}

describe.each(transports)('a notebook over %s', (transport) => {
  it('is answered with its numbers as they are stored', async () => {
    const { workspace } = await one(transport, read, { path });
    expect(stringifyJson(workspace.file.notebook)).toBe(notebook);
  });

  it('keeps its bytes when it is saved as it was read', async () => {
    const { file } = (await one(transport, read, { path })).workspace;
    const saved = await one(transport, save, { input: { path, notebook: file.notebook, baseSha: file.sha } });
    expect(saved.version).toBeNull();
    expect(saved.file.sha).toBe(file.sha);
    expect(stringifyJson(saved.file.notebook)).toBe(notebook);
  });

  it('keeps its numbers when it is written inside the GraphQL document', async () => {
    const literal = notebook.replace(/"(\w+)":/g, '$1:');
    const saved = await one(
      transport,
      `mutation { saveFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" },
        input: { path: "${path}", notebook: ${literal} }) { version { id } } }`,
      {},
    );
    expect(saved).toEqual({ version: null });
  });
});

describe.each(transports.slice(1))('the output of an execution over %s', (transport) => {
  it('is answered with its numbers as they are stored', async () => {
    const worker = await makeWorker(on.at, { userId: on.editor.id, status: 'stopped' });
    const session = await makeSession(on.at, { worker });
    const data = '{"application/json":[0.1,1e-07,1.0,9007199254740993]}';
    const { id } = await makeExecution(on.at, {
      session,
      status: 'failed',
      events: {
        create: [
          { sequence: 2, type: 'display_data', data: `{"data":${data},"metadata":{},"transient":{}}` },
          { sequence: 3, type: 'failure', data: '{"status_code":503}' },
        ],
      },
    });
    const query = `subscription ($id: ID!, $after: Int!) { executionEvents(executionId: $id, after: $after) {
      ... on DisplayDataEvent { data } } }`;
    const texts = await send(transport, query, `{"id":"${id}","after":1.0}`);
    expect(texts[0]).toBe(`{"data":{"executionEvents":{"data":${data}}}}`);
  });
});

describe('variables of number types', () => {
  it.each(transports)('accept every JSON form of a number over %s', async (transport) => {
    const query = `query ($first: Int) { space(slug: "demo") { workspaces(first: $first) { totalCount } } }`;
    const [text] = await send(transport, query, '{"first":1.0}');
    expect(JSON.parse(text!)).toEqual({
      data: { space: { workspaces: { totalCount: expect.any(Number) } } },
    });
  });

  it('accept every JSON form of a number inside input objects', async () => {
    const query = `mutation ($input: ExecuteCellInput!) {
      executeCell(spaceSlug: "demo", sessionId: "${demo.workspaceId}", input: $input) { id } }`;
    const [text] = await send('JSON', query, '{"input":{"code":"1","timeoutSeconds":60.0,"cellIndex":2e0}}');
    expect(JSON.parse(text!).errors[0].extensions.code).toBe('not_found');
  });
});

describe('a body that is no GraphQL request', () => {
  it.each([
    ['{"query": "{ me { id } }"', 400],
    ['[]', 400],
    ['1.0', 400],
    ['null', 400],
  ])('such as %s is refused', async (body, status) => {
    const answer = await fetch(`${on.at.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${on.at.token}`, 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ errors: [{ message: expect.any(String) }] });
  });

  it('such as an HTML form is refused, because a form loses number tokens', async () => {
    const answer = await fetch(`${on.at.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${on.at.token}` },
      body: new URLSearchParams({ query: '{ me { id } }' }),
    });
    expect(answer.status).toBe(415);
  });
});
