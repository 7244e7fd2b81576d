import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const endpoints = [
  ['/graphql', 'application/graphql-response+json'],
  ['/graphql', 'application/json'],
  ['/graphql/stream', 'text/event-stream'],
];

interface Failure {
  status: number;
  message: string;
  code: unknown;
  requestId: unknown;
  extensions: Record<string, unknown>;
}

describe.each(endpoints)('%s with Accept: %s', (path, accept) => {
  async function failure(request: RequestInit, query = ''): Promise<Failure> {
    const response = await fetch(at.url + path + query, {
      method: 'POST',
      ...request,
      headers: {
        authorization: `Bearer ${at.token}`,
        'content-type': 'application/json',
        'x-request-id': 'mine-1',
        accept: accept!,
      },
    });
    const text = await response.text();
    const json = /^data: (\{.*)$/m.exec(text)?.[1] ?? text;
    const { message, extensions } = JSON.parse(json).errors[0];
    const { code, requestId } = extensions;
    return { status: response.status, message, code, requestId, extensions };
  }
  const post = (body: unknown) => failure({ body: typeof body === 'string' ? body : JSON.stringify(body) });

  it.each([
    ['no JSON', '{'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1')],
    ['null', 'null'],
    ['a text', '"x"'],
    ['a list', '[]'],
    ['no query', '{}'],
    ['a query that is none', '{"query":1}'],
    ['variables that are none', '{"query":"{ me { id } }","variables":"x"}'],
    ['a syntax error', { query: '{' }],
    ['an unknown field', { query: '{ nope }' }],
    ['too deep a document', { query: `{ ${'me { '.repeat(30)} id ${'}'.repeat(31)}` }],
    ['too many tokens', { query: `{ ${'a '.repeat(6000)} }` }],
    ['a text of 4 MB', { query: `{ ${'a '.repeat(2_000_000)} }` }],
    ['nested brackets', { query: '{a'.repeat(20_000) }],
    ['nested lists', { query: `{ me(a: ${'['.repeat(2000)}) }` }],
    ['a field many times', { query: `{ ${'me { id } '.repeat(500)} }` }],
    ['an unknown variable', { query: '{ me { id } }', variables: { a: 1 } }],
    ['no such operation', { query: 'query A { me { id } }', operationName: 'B' }],
    ['a variable of another type', { query: 'query($a: String!) { space(slug: $a) { id } }' }],
  ])('%s is refused as invalid_request', async (_what, body) => {
    const { code, requestId } = await post(body);
    expect({ code, requestId }).toEqual({ code: 'invalid_request', requestId: 'mine-1' });
  });

  it('all wrong parameters of a body are named together, in the same words by every endpoint', async () => {
    const { message, extensions } = await post({
      query: 1,
      operationName: [],
      variables: 'x',
      extensions: [],
    });
    expect(message).toBe('query: must be a string');
    expect(extensions.errors).toEqual([
      { path: ['query'], message: 'must be a string', type: 'invalid_type' },
      { path: ['operationName'], message: 'must be a string', type: 'invalid_type' },
      { path: ['variables'], message: 'must be an object', type: 'invalid_type' },
      { path: ['extensions'], message: 'must be an object', type: 'invalid_type' },
    ]);
    expect((await post({})).message).toBe('query: is required');
    expect((await post([])).message).toBe('The body must be an object');
  });

  it.each([
    ['of another name', { query: 'query A { me { id } }', operationName: 'B' }],
    ['of several, without a name', { query: 'query A { me { id } } query B { me { id } }' }],
  ])('an operation %s is refused, and operationName named', async (_what, body) => {
    const { message, extensions } = await post(body);
    expect(message).toBe('operationName: must name one of the operations of the document');
    expect(extensions.errors).toMatchObject([{ path: ['operationName'] }]);
  });

  it('an operation that costs too much is refused with its cost and the limit', async () => {
    const nest = 'files(kind: all, limit: 10000) { nodes { path sha } }';
    const query = `{ spaces(first: 100) { nodes { workspaces(first: 100) { nodes { ${nest} } } } } }`;
    expect(await post({ query })).toMatchObject({
      code: 'query_too_expensive',
      requestId: 'mine-1',
      extensions: { cost: expect.any(Number), limit: 20_000 },
    });
  });

  it('a large text for a number is refused without repeating it', async () => {
    const query = 'query($n: Int) { spaces(first: $n) { nodes { id } } }';
    const { code, message } = await post({ query, variables: { n: 'x'.repeat(2_000_000) } });
    expect(code).toBe('invalid_request');
    expect(message.length).toBeLessThan(2_000);
  });

  it('variables in the URL that are no JSON are refused as invalid_request', async () => {
    const query = '?query={me{id}}&variables={';
    expect(await failure({ method: 'GET' }, query)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('a mutation over GET is refused as method_not_allowed', async () => {
    const query = '?query=mutation{archiveWorkspace(spaceSlug:"demo",id:"x"){id}}';
    expect(await failure({ method: 'GET' }, query)).toMatchObject({
      status: 405,
      code: 'method_not_allowed',
      requestId: 'mine-1',
    });
  });

  it('a body of 30 MiB is accepted, and one over 64 MiB is refused as payload_too_large', async () => {
    const sized = (mebibytes: number) =>
      JSON.stringify({ query: '{ nope }', variables: { x: 'x'.repeat(mebibytes * 1024 * 1024) } });
    expect(await post(sized(30))).toMatchObject({ message: expect.stringContaining('nope') });
    const refused = { status: 413, code: 'payload_too_large', requestId: 'mine-1' };
    expect(await post(sized(65))).toMatchObject(refused);
    // In chunks, so that the length is known only by counting.
    const chunked = { body: new Blob([sized(65)]).stream(), duplex: 'half' };
    expect(await failure(chunked as RequestInit)).toMatchObject(refused);
    expect(await post('{')).toMatchObject({ code: 'invalid_request' });
  });
});

it('a body of type application/graphql is accepted up to the same limit', async () => {
  const send = (body: string) =>
    fetch(`${at.url}/graphql`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/graphql' },
    });
  expect(await (await send('{ me { name } }')).json()).toEqual({ data: { me: { name: 'Admin' } } });
  const large = await send(`{ me { name } } #${'x'.repeat(65 * 1024 * 1024)}`);
  expect(large.status).toBe(413);
  expect(await large.json()).toMatchObject({ errors: [{ extensions: { code: 'payload_too_large' } }] });
});
