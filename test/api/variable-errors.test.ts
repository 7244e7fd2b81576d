import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const endpoints = [
  ['/graphql', 'application/json'],
  ['/graphql', 'text/event-stream'],
  ['/graphql/stream', 'text/event-stream'],
] as const;

/** The errors of an operation; `variables` is JSON text, so that it can have tokens like `1e400`. */
async function errorsOf(path: string, accept: string, query: string, variables: string): Promise<any[]> {
  const response = await fetch(at.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json', accept },
    body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
  });
  const text = await response.text();
  return JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text).errors;
}

const update = `mutation ($id: ID!, $input: UpdateWorkspaceInput!) {
  updateWorkspace(spaceSlug: "demo", id: $id, input: $input) { id } }`;
const share = `mutation ($id: ID!, $input: WorkspaceAccessInput!) {
  replaceWorkspaceAccess(spaceSlug: "demo", id: $id, input: $input) { visibility } }`;
const run = `mutation ($id: ID!, $input: ExecuteCellInput!) {
  executeCell(spaceSlug: "demo", sessionId: $id, input: $input) { id } }`;
const createToken = `mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { token } }`;

const tooLong = (...path: (string | number)[]) => ({
  path,
  message: 'must have at most 65536 characters',
  type: 'too_long',
});

describe.each(endpoints)('%s with Accept: %s', (path, accept) => {
  it('refuses texts that are longer than their field allows, before anything uses them', async () => {
    const long = 'x'.repeat(70_000);
    const ofSlug = 'query ($s: String!) { space(slug: $s) { id } }';
    const [slug] = await errorsOf(path, accept, ofSlug, JSON.stringify({ s: long }));
    expect(slug.extensions.errors).toEqual([tooLong('s')]);
    const input = { name: long, authoringQueryConnectorIds: [long] };
    const [inInput] = await errorsOf(path, accept, update, JSON.stringify({ id: long, input }));
    expect(inInput.extensions.errors).toEqual([
      tooLong('id'),
      tooLong('authoringQueryConnectorIds', 0),
      tooLong('name'),
    ]);
  });

  it('refuses such texts also where the document itself has them, and takes those of files', async () => {
    const long = JSON.stringify('x'.repeat(66_000));
    const [slug] = await errorsOf(path, accept, `{ space(slug: ${long}) { id } }`, '{}');
    expect(slug.extensions.code).toBe('invalid_request');
    expect(slug.extensions.errors).toEqual([tooLong('slug')]);
    const createdWith = (input: string) =>
      errorsOf(
        path,
        accept,
        `mutation ($s: String! = "demo") { createFile(spaceSlug: $s, in: { workspaceId: "x" }, input: { ${input} }) { version { commitSha } } }`,
        '{}',
      );
    const [commitMessage] = await createdWith(`path: "a.txt", content: "", commitMessage: ${long}`);
    expect(commitMessage.extensions.errors).toEqual([tooLong('commitMessage')]);
    const [content] = await createdWith(`path: "a.txt", content: ${long}`);
    expect(content.extensions.code).toBe('not_found');
    const cell = `{ cell_type: "raw", id: "a", metadata: {}, source: ${long} }`;
    const notebook = `{ cells: [${cell}], metadata: {}, nbformat: 4, nbformat_minor: 5 }`;
    const [ofNotebook] = await createdWith(`path: "a.ipynb", notebook: ${notebook}`);
    expect(ofNotebook.extensions.code).toBe('not_found');
    const ofPath = `mutation ($p: String!) { createFile(spaceSlug: "demo", in: { workspaceId: "x" }, input: { path: $p, content: "" }) { version { commitSha } } }`;
    const [besideContent] = await errorsOf(path, accept, ofPath, `{"p":${long}}`);
    expect(besideContent.extensions.errors).toEqual([tooLong('p')]);
    const ofDefault = `query ($slug: String! = ${long}) { space(slug: $slug) { id } }`;
    const [byDefault] = await errorsOf(path, accept, ofDefault, '{}');
    expect(byDefault.extensions.errors).toEqual([tooLong('slug')]);
  });

  it.each([
    [
      'mutation ($c: String!) { createFile(spaceSlug: "demo", in: { workspaceId: "x" }, input: { path: "a.txt", content: $c }) { version { commitSha } } }',
      'c',
    ],
    [
      'mutation ($content: CreateFileInput!) { createFile(spaceSlug: "demo", in: { workspaceId: "x" }, input: $content) { version { commitSha } } }',
      'content',
    ],
  ])('lets the content of a file be longer: %s', async (query, name) => {
    const content = 'x'.repeat(70_000);
    const value = name === 'c' ? content : { path: 'a.txt', content };
    const [error] = await errorsOf(path, accept, query, JSON.stringify({ [name]: value }));
    expect(error.extensions.code).toBe('not_found');
  });

  it('names every value that its type does not allow in one error, below the variable of an input', async () => {
    const grants = [
      { principalType: 'nobody', principalId: [], accessLevel: null },
      { principalType: 'user', principalId: 'x', accessLevel: 'view', other: 1 },
      3,
    ];
    const errors = await errorsOf(path, accept, share, JSON.stringify({ input: { visibility: 1, grants } }));
    expect(errors).toHaveLength(1);
    expect(errors[0].message).toBe('id: is required');
    expect(errors[0].extensions).toEqual({
      code: 'invalid_request',
      requestId: expect.any(String),
      errors: [
        { path: ['id'], message: 'is required', type: 'missing' },
        { path: ['grants', 0, 'accessLevel'], message: 'must not be null', type: 'null' },
        { path: ['grants', 0, 'principalId'], message: 'must be a string', type: 'invalid_type' },
        {
          path: ['grants', 0, 'principalType'],
          message: 'must be one of "team", "user"',
          type: 'invalid_value',
        },
        { path: ['grants', 1, 'other'], message: 'is not a known field', type: 'unknown_field' },
        { path: ['grants', 2], message: 'must be an object', type: 'invalid_type' },
        {
          path: ['visibility'],
          message: 'must be one of "private", "shared", "space"',
          type: 'invalid_value',
        },
      ],
    });
  });

  it.each(['1e400', '-1e400', 'NaN', 'Infinity', '1'.repeat(400), 'true', '"1"', '[]'])(
    'the number %s of seconds is refused and is no absent limit',
    async (token) => {
      const variables = `{"id":"${randomUUID()}","input":{"code":"1","timeoutSeconds":${token}}}`;
      const [error] = await errorsOf(path, accept, run, variables);
      expect(error.extensions).toMatchObject({
        code: 'invalid_request',
        errors: [{ path: ['timeoutSeconds'], message: 'must be a number', type: 'invalid_type' }],
      });
    },
  );

  it('a number that is no whole number of 32 bits is refused', async () => {
    for (const token of ['1.5', '3000000000', 'NaN', '1e400']) {
      const variables = `{"id":"${randomUUID()}","input":{"code":"1","cellIndex":${token}}}`;
      const [error] = await errorsOf(path, accept, run, variables);
      expect(error.extensions.errors).toEqual([
        {
          path: ['cellIndex'],
          message: 'must be a whole number from -2147483648 to 2147483647',
          type: 'invalid_type',
        },
      ]);
    }
  });

  it('a day that does not exist is refused as a time', async () => {
    const user = await at.graphql('{ me { id } }');
    const variables = { input: { userId: user.data.me.id, name: 'x', scopes: ['read'], expiresAt: '' } };
    for (const expiresAt of ['2027-02-30T00:00:00Z', '2027', 'tomorrow', 5]) {
      variables.input.expiresAt = expiresAt as string;
      const [error] = await errorsOf(path, accept, createToken, JSON.stringify(variables));
      expect(error.extensions).toMatchObject({
        code: 'invalid_request',
        errors: [
          {
            path: ['expiresAt'],
            message: 'must be a time as in RFC 3339, e.g. "2026-01-31T12:00:00Z"',
            type: 'invalid',
          },
        ],
      });
    }
  });

  it('the fields of an update that are null are named together with other faults', async () => {
    const { data } = await at.graphql('{ space(slug: "demo") { workspaces { nodes { id } } } }');
    const variables = {
      id: data.space.workspaces.nodes[0].id,
      input: { name: '', visibility: null, defaultBranch: 'a..b', ownerUserId: null },
    };
    const [error] = await errorsOf(path, accept, update, JSON.stringify(variables));
    expect(error.extensions.errors).toEqual([
      { path: ['ownerUserId'], message: 'must not be null', type: 'null' },
      { path: ['visibility'], message: 'must not be null', type: 'null' },
      { path: ['name'], message: 'must not be empty', type: 'too_short' },
      { path: ['defaultBranch'], message: 'is not a valid branch name', type: 'invalid_ref' },
    ]);
  });
});

it('names at most 20 values, and quotes none', async () => {
  const grants = Array.from({ length: 1000 }, () => 'secret');
  const variables = JSON.stringify({ id: 'x', input: { grants } });
  const [error] = await errorsOf('/graphql', 'application/json', share, variables);
  expect(error.extensions.errors).toHaveLength(20);
  expect(JSON.stringify(error)).not.toContain('secret');
});

it('an input with two fields of which exactly one must be given is named as a whole', async () => {
  const save = `mutation ($target: FileAddress!, $input: SaveFileInput!) {
    saveFile(spaceSlug: "demo", in: $target, input: $input) { version { id } } }`;
  const variables = JSON.stringify({ target: {}, input: { path: 'a.ipynb' } });
  const [error] = await errorsOf('/graphql', 'application/json', save, variables);
  expect(error.extensions.errors).toEqual([
    { path: ['target'], message: 'must have exactly one field', type: 'invalid' },
  ]);
});

it('a literal that is no finite number is refused', async () => {
  const query = `mutation { executeCell(spaceSlug: "demo", sessionId: "${randomUUID()}",
    input: { code: "1", timeoutSeconds: 1e400 }) { id } }`;
  const { errors } = await at.graphql(query);
  expect(errors).toMatchObject([
    { message: 'A Float must be finite.', extensions: { code: 'invalid_request' } },
  ]);
});

describe('a number of a REST body', () => {
  it.each(['1e400', '-1e400', 'NaN', 'Infinity', '-Infinity', '1'.repeat(400)])(
    '%s is refused and is no absent value',
    async (token) => {
      const answer = await at.rest('POST', `/sessions/${randomUUID()}/execute/stream`, {
        raw: `{"code":"1","timeout_seconds":${token},"cell_index":${token}}`,
      });
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map(({ loc }: { loc: string[] }) => loc)).toEqual([
        ['body', 'cell_index'],
        ['body', 'timeout_seconds'],
      ]);
    },
  );

  it('is still null in a notebook, as Python reads and Jupyter writes it', async () => {
    const path = `${randomUUID()}.ipynb`;
    const { data } = await at.graphql('{ space(slug: "demo") { workspaces { nodes { id } } } }');
    const url = `${at.url}/api/v1.0/engagement/spaces/demo/notebooks/workspaces`;
    const notebook =
      '{"cells":[],"metadata":{"a":[NaN,1e400,-Infinity,2.50]},"nbformat":4,"nbformat_minor":5}';
    const answer = await fetch(`${url}/${data.space.workspaces.nodes[0].id}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
      body: `{"path":"${path}","notebook":${notebook}}`,
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ notebook: { metadata: { a: [null, null, null, 2.5] } } });
  });
});
