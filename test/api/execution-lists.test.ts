import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Execution, Session } from '../../prisma/generated/client/client.js';
import { makeExecution } from '../support/factories/make-execution.js';
import { makeSession } from '../support/factories/make-session.js';
import { makeUser, type TestUser } from '../support/factories/make-user.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let on: TestPlatform;
let other: TestUser;
let open: Session;
let hidden: Session;
/** In the order in which they were queued: those of `open` at even positions. */
const queued: Execution[] = [];

beforeAll(async () => {
  on = await openTestPlatform();
  other = await makeUser(on.at, { role: 'editor' });
  const sessionIn = async (visibility: 'space' | 'private', path: string | null) => {
    const { id: workspaceId } = await makeWorkspace(on.at, { visibility, token: on.editor.token });
    const worker = await makeWorker(on.at, { workspaceId, userId: on.editor.id });
    return makeSession(on.at, { worker, path });
  };
  open = await sessionIn('space', 'a.ipynb');
  hidden = await sessionIn('private', null);
  for (let count = 0; count < 6; count++) {
    const session = count % 2 === 0 ? open : hidden;
    const status = count < 2 ? 'ok' : 'queued';
    const createdAt = new Date(Date.UTC(2026, 0, 1 + count));
    const userId = count === 4 ? other.id : on.editor.id;
    queued.push(await makeExecution(on.at, { session, status, createdAt, userId, code: String(count) }));
  }
});
afterAll(() => on.at.close());

/** The codes of a list of the space. */
async function ofSpace(args: string, token = on.editor.token): Promise<string[]> {
  const { executions } = await on.space(`executions${args} { nodes { code } }`, token);
  return executions.nodes.map(({ code }: { code: string }) => code);
}

describe('the executions of a space', () => {
  it('are those of workspaces that the caller can view, newest first', async () => {
    expect(await ofSpace('')).toEqual(['5', '4', '3', '2', '1', '0']);
    expect(await ofSpace('', on.admin.token)).toEqual(['5', '4', '3', '2', '1', '0']);
    expect(await ofSpace('', on.viewer.token)).toEqual(['4', '2', '0']);
    const foreign = '{ space(slug: "demo") { executions { totalCount } } }';
    expect(await on.failure(foreign, on.stranger.token)).toBe('not_found');
    const { token } = await makeUser(on.at, { role: 'editor', scopes: ['write'] });
    expect(await on.failure(foreign, token)).toBe('insufficient_scope');
  });

  it.each<[string, () => string, string[]]>([
    ['states', () => '(status: [queued, running])', ['5', '4', '3', '2']],
    ['no state', () => '(status: [])', []],
    ['a session', () => `(sessionId: "${hidden.id}")`, ['5', '3', '1']],
    ['a worker', () => `(workerId: "${open.workerId}")`, ['4', '2', '0']],
    ['a user', () => `(userId: "${other.id}")`, ['4']],
    ['a path', () => '(path: "a.ipynb")', ['4', '2', '0']],
    ['a time', () => '(since: "2026-01-05T00:00:00Z")', ['5', '4']],
    ['several of them', () => `(path: "a.ipynb", status: [queued], userId: "${on.editor.id}")`, ['2']],
  ])('are found by %s, also their number', async (_what, args, codes) => {
    expect(await ofSpace(args())).toEqual(codes);
    const { executions } = await on.space(`executions${args()} { totalCount }`, on.editor.token);
    expect(executions.totalCount).toBe(codes.length);
  });

  it('are read by pages, from a cursor or an offset on', async () => {
    const page = async (args: string) =>
      (await on.space(`executions(${args}) { nodes { code } pageInfo { endCursor hasNextPage } }`))
        .executions;
    const first = await page('first: 4');
    expect(first.nodes.map((one: any) => one.code)).toEqual(['5', '4', '3', '2']);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const second = await page(`first: 4, after: "${first.pageInfo.endCursor}"`);
    expect(second.nodes.map((one: any) => one.code)).toEqual(['1', '0']);
    expect(second.pageInfo.hasNextPage).toBe(false);
    expect(await ofSpace('(offset: 1, limit: 2)')).toEqual(['4', '3']);
  });

  it('are refused with every argument that is wrong', async () => {
    const { errors } = await on.at.graphql(
      '{ space(slug: "demo") { executions(after: "x", offset: 10001, sessionId: "y", userId: "z", first: -1) { totalCount } } }',
    );
    const { code, errors: faults } = errors![0].extensions;
    expect([code, faults.map(({ path }: any) => path[0]).sort()]).toEqual([
      'invalid_request',
      ['after', 'first', 'offset', 'sessionId', 'userId'],
    ]);
  });

  it('say where they ran and who queued them', async () => {
    const { executions } = await on.space(
      `executions(userId: "${other.id}") { nodes { workspaceId workerId sessionId path user { id } } }`,
    );
    expect(executions.nodes).toEqual([
      {
        workspaceId: open.workspaceId,
        workerId: open.workerId,
        sessionId: open.id,
        path: 'a.ipynb',
        user: { id: other.id },
      },
    ]);
  });
});

it('the executions of a workspace are those of all its sessions and users', async () => {
  const of = async ({ workspaceId }: Session, token: string) => {
    const { workspace } = await on.space(
      `workspace(id: "${workspaceId}") { executions(first: 2) { totalCount nodes { code } } }`,
      token,
    );
    return [workspace.executions.totalCount, ...workspace.executions.nodes.map(({ code }: any) => code)];
  };
  expect(await of(open, on.viewer.token)).toEqual([3, '4', '2']);
  expect(await of(hidden, on.editor.token)).toEqual([3, '5', '3']);
});

it('the outputs of one answer have at most 64 MiB together, and those of one execution are read', async () => {
  const text = 'x'.repeat(30 * 1024 * 1024);
  const outputs = JSON.stringify([{ name: 'stdout', output_type: 'stream', text }]);
  const data = `{"status":"ok","execution_count":1,"truncated":false,"outputs":${outputs}}`;
  const events = { create: [{ sequence: 2, type: 'final_response', data }] };
  const { id } = await makeExecution(on.at, { session: open, status: 'ok', code: 'large', events });
  const execution = `execution(id: "${id}") { outputs truncated }`;
  const one = (await on.space(execution)).execution;
  expect([one.outputs[0].text.length, one.truncated]).toEqual([text.length, false]);
  const many = `{ space(slug: "demo") { a: ${execution} b: ${execution} c: ${execution} } }`;
  expect(await on.failure(many)).toBe('payload_too_large');
}, 60_000);
