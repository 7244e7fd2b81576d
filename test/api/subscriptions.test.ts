import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { openTestDatabase } from '../support/database.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway({
    database: await openTestDatabase(),
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
});
afterAll(() => at.close());

const services = () => at.gateway.services;
const streams: Stream[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.leave();
  await until(() => listeners() === 0);
});

/** How many listen to what anybody could change. */
const listeners = () =>
  services().bus.listenerCount('workspace', '*') +
  services().bus.listenerCount('session', '*') +
  services().bus.listenerCount('executionStatus', '*') +
  services().bus.listenerCount('commit', demo.repositoryId);

async function until(check: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await sleep(20);
  }
}

/** A subscription that collects what it is sent. */
interface Stream {
  results: any[];
  /** Resolves when the server ends it. */
  ended: Promise<void>;
  leave(): void;
}

type Door = 'yoga' | 'graphql-sse distinct' | 'graphql-sse single connection';

function open(query: string, variables: object = {}, token = at.token, door: Door = 'yoga'): Stream {
  const client = createClient({
    url: door === 'yoga' ? `${at.url}/graphql` : `${at.url}/graphql/stream`,
    headers: { authorization: `Bearer ${token}` },
    singleConnection: door === 'graphql-sse single connection',
    retryAttempts: 0,
  });
  const results: any[] = [];
  let leave = () => {};
  const ended = new Promise<void>((resolve) => {
    leave = client.subscribe(
      { query, variables: variables as Record<string, unknown> },
      {
        next: (result) => results.push(result),
        error: (error) => {
          results.push({ failed: error });
          resolve();
        },
        complete: resolve,
      },
    );
  });
  const stream = {
    results,
    ended,
    leave() {
      leave();
      client.dispose();
    },
  };
  streams.push(stream);
  return stream;
}

/** {@link open}, resolved once the gateway listens for it. */
async function listening(...args: Parameters<typeof open>): Promise<Stream> {
  const before = listeners();
  const stream = open(...args);
  await until(() => listeners() > before);
  return stream;
}

const workspaces =
  'subscription ($id: ID) { workspaceChanged(spaceSlug: "demo", workspaceId: $id) { change workspace { id name effectivePermissions { canEdit } } } }';
const files =
  'subscription ($branch: String, $id: ID!) { fileChanged(spaceSlug: "demo", workspaceId: $id, branch: $branch) { path change previousPath sha notebookId commitSha branch commitMessage author { userId name email } } }';
const sessions =
  'subscription ($id: ID) { sessionChanged(spaceSlug: "demo", sessionId: $id) { id status count: executionCount } }';
const executions =
  'subscription { executionsChanged(spaceSlug: "demo") { id status session: sessionId code } }';
const workers =
  'subscription ($id: ID) { workerChanged(spaceSlug: "demo", workerId: $id) { id status progress { percent } } }';

async function makeWorkspace(visibility: string, token?: string): Promise<string> {
  const { body, status } = await at.rest('POST', '/workspaces', {
    token,
    body: { name: 'Mine', default_repository_id: demo.repositoryId, visibility },
  });
  expect(status).toBe(201);
  return body.id;
}

/** A worker, a session and an execution in a workspace, as rows: nothing runs. */
async function makeRuntime(workspaceId: string, userId: string) {
  const { prisma } = services();
  const worker = await prisma.worker.create({
    data: {
      workspaceId,
      userId,
      repositoryId: demo.repositoryId,
      branch: 'main',
      backend: 'external',
      kernelProfileId: 'python3',
      kernelName: 'python3',
      resourceClassId: 'standard',
      resourceClass: {},
    },
  });
  const session = await prisma.session.create({
    data: {
      workspaceId,
      userId,
      workerId: worker.id,
      branch: 'main',
      kernelProfileId: 'python3',
      kernelName: 'python3',
      status: 'idle',
    },
  });
  const execution = await prisma.execution.create({
    data: { sessionId: session.id, userId, code: '1 + 1' },
  });
  return { worker, session, execution };
}

describe('workspaceChanged', () => {
  it.each<Door>(['yoga', 'graphql-sse distinct', 'graphql-sse single connection'])(
    'tells over %s what happens to a workspace',
    async (door) => {
      const stream = await listening(workspaces, {}, at.token, door);
      const id = await makeWorkspace('space');
      await until(() => stream.results.length === 1);
      await at.rest('PATCH', `/workspaces/${id}`, { body: { name: 'Renamed' } });
      await until(() => stream.results.length === 2);
      await at.rest('PUT', `/workspaces/${id}/access`, { body: { visibility: 'private', grants: [] } });
      await until(() => stream.results.length === 3);
      await at.rest('POST', `/workspaces/${id}/archive`);
      await at.rest('POST', `/workspaces/${id}/archive`);
      await until(() => stream.results.length === 4);
      await at.graphql(`mutation { unarchiveWorkspace(spaceSlug: "demo", id: "${id}") { id } }`);
      await until(() => stream.results.length === 5);
      expect(stream.results.map(({ data }) => data.workspaceChanged.change)).toEqual([
        'created',
        'updated',
        'access_changed',
        'archived',
        'unarchived',
      ]);
      expect(stream.results[1].data.workspaceChanged.workspace).toEqual({
        id,
        name: 'Renamed',
        effectivePermissions: { canEdit: true },
      });
    },
  );

  it('never tells of a private workspace of somebody else, and tells of it once it is shared', async () => {
    const owner = await at.user('editor');
    const other = await at.user('viewer');
    const stream = await listening(workspaces, {}, other.token);
    const id = await makeWorkspace('private', owner.token);
    await at.rest('PATCH', `/workspaces/${id}`, { token: owner.token, body: { name: 'Secret' } });
    const shared = await makeWorkspace('space', owner.token);
    await until(() => stream.results.length === 1);
    await at.rest('PUT', `/workspaces/${id}/access`, {
      token: owner.token,
      body: {
        visibility: 'shared',
        grants: [{ principal_type: 'user', principal_id: other.id, access_level: 'view' }],
      },
    });
    await until(() => stream.results.length === 2);
    expect(stream.results.map(({ data }) => data.workspaceChanged)).toEqual([
      {
        change: 'created',
        workspace: { id: shared, name: 'Mine', effectivePermissions: { canEdit: false } },
      },
      {
        change: 'access_changed',
        workspace: { id, name: 'Secret', effectivePermissions: { canEdit: false } },
      },
    ]);
  });

  it('refuses as the query does', async () => {
    const owner = await at.user('editor');
    const member = await at.user('viewer');
    const stranger = await at.user(null);
    const blind = await at.user('editor', ['write']);
    const id = await makeWorkspace('private', owner.token);
    const code = async (token: string, variables: object) => {
      const stream = open(workspaces, variables, token);
      await stream.ended;
      return stream.results[0].errors[0].extensions.code;
    };
    expect(await code(member.token, { id })).toBe('forbidden');
    expect(await code(stranger.token, {})).toBe('not_found');
    expect(await code(blind.token, {})).toBe('insufficient_scope');
    expect(await code(member.token, { id: 'no-uuid' })).toBe('not_found');
    expect(await code(member.token, { id: '00000000-0000-4000-8000-0000000000ff' })).toBe('not_found');
  });
});

describe('fileChanged', () => {
  const onDemo = { id: demo.workspaceId };
  const save = (method: string, path: string, body: object) =>
    at.rest(method, `/workspaces/${demo.workspaceId}${path}`, { body });
  const changes = (stream: Stream) => stream.results.map(({ data }) => data.fileChanged);

  it('tells of what is created, saved, renamed, each once', async () => {
    const stream = await listening(files, onDemo);
    const made = await save('POST', '/files', { path: 'a.ipynb' });
    expect(made.status).toBe(201);
    await until(() => stream.results.length === 1);
    const notebook = { ...made.body.notebook, metadata: { title: 'x' } };
    const saved = await save('PUT', '/file', { path: 'a.ipynb', notebook, commit_message: 'Title it' });
    expect(saved.status).toBe(200);
    await until(() => stream.results.length === 2);
    const renamed = await save('POST', '/authoring-file/rename', { path: 'a.ipynb', new_path: 'b.ipynb' });
    expect(renamed.status).toBe(200);
    await until(() => stream.results.length === 3);
    await sleep(1_500);
    const { author } = saved.body.version;
    const common = {
      branch: 'main',
      notebookId: made.body.notebook_id,
      author: { userId: author.user_id, name: author.name, email: author.email },
    };
    expect(author.user_id).toBeTruthy();
    expect(changes(stream)).toEqual([
      {
        ...common,
        path: 'a.ipynb',
        change: 'created',
        previousPath: null,
        sha: made.body.sha,
        commitSha: made.body.commit_sha,
        commitMessage: 'Create a.ipynb',
      },
      {
        ...common,
        path: 'a.ipynb',
        change: 'updated',
        previousPath: null,
        sha: saved.body.sha,
        commitSha: saved.body.commit_sha,
        commitMessage: 'Title it',
      },
      {
        ...common,
        path: 'b.ipynb',
        change: 'renamed',
        previousPath: 'a.ipynb',
        sha: saved.body.sha,
        commitSha: renamed.body.commit_sha,
        commitMessage: 'Rename a.ipynb to b.ipynb',
      },
    ]);
  });

  it('tells of a native push, also of what it deletes and of a force push', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'clone-'));
    const bare = join(at.dataDir, 'repositories', `${demo.repositoryId}.git`);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=Out', '-c', 'user.email=out@example.com', ...args], {
        cwd: clone,
        encoding: 'utf8',
      }).trim();
    try {
      git('clone', '-q', bare, '.');
      const stream = await listening(files, onDemo);
      writeFileSync(join(clone, 'pushed.txt'), 'one\n');
      git('add', '.');
      git('commit', '-qm', 'From outside');
      const first = git('rev-parse', 'HEAD');
      git('rm', '-q', 'pushed.txt');
      git('commit', '-qm', 'Away with it');
      git('push', '-q', 'origin', 'main');
      await until(() => stream.results.length === 2);
      expect(changes(stream)).toMatchObject([
        {
          path: 'pushed.txt',
          change: 'created',
          commitSha: first,
          notebookId: null,
          author: { userId: null, name: 'Out', email: 'out@example.com' },
          commitMessage: 'From outside',
        },
        { path: 'pushed.txt', change: 'deleted', sha: null, commitMessage: 'Away with it' },
      ]);
      git('reset', '-q', '--hard', first);
      git('push', '-q', '--force', 'origin', 'main');
      await until(() => stream.results.length === 3);
      expect(changes(stream)[2]).toMatchObject({ path: 'pushed.txt', change: 'created', commitSha: first });
    } finally {
      rmSync(clone, { recursive: true });
    }
  });

  it('loses nothing for a reader who takes nothing for a while', async () => {
    const stream = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${at.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query: files, variables: onDemo }),
    });
    const paths = Array.from({ length: 40 }, (_, index) => `many/${index}.txt`);
    for (const path of paths) await save('POST', '/authoring-files', { path, content: path });
    let text = '';
    for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('many/39.txt')) break;
    }
    const seen = [...text.matchAll(/"path":"(many\/\d+\.txt)"/g)].map((match) => match[1]);
    expect(seen).toEqual(paths);
  });

  it('refuses an unknown branch and a malformed one', async () => {
    for (const [branch, code] of [
      ['nowhere', 'not_found'],
      ['a..b', 'invalid_ref'],
      ['nul\0', 'invalid_ref'],
    ]) {
      const stream = open(files, { ...onDemo, branch });
      await stream.ended;
      expect(stream.results[0].errors[0].extensions.code).toBe(code);
    }
    expect(listeners()).toBe(0);
  });

  it('ends when the workspace is pointed at another repository', async () => {
    const id = await makeWorkspace('space');
    const { prisma, git } = services();
    const space = await prisma.space.findUniqueOrThrow({ where: { slug: 'demo' } });
    const repository = await prisma.repository.create({
      data: { spaceId: space.id, name: 'Another', kind: 'analysis', defaultBranch: 'main' },
    });
    await git.createRepository(repository.id, {
      defaultBranch: 'main',
      author: { name: 'A', email: 'a@example.com' },
      committer: { name: 'A', email: 'a@example.com' },
      message: 'Begin',
      files: [],
    });
    const stream = await listening(files, { id });
    await at.rest('PATCH', `/workspaces/${id}`, { body: { default_repository_id: repository.id } });
    await stream.ended;
    expect(stream.results.at(-1).errors[0].extensions.code).toBe('not_found');
  });
});

describe('workers, sessions and executions', () => {
  it('tells how a worker starts, a session opens, a cell runs, and all of it ends', async () => {
    const watched = [workers, sessions, executions].map((query) => openStream(query, at.token));
    await until(() => listeners() === 2 && services().bus.listenerCount('worker', '*') === 1);
    const last = (index: number, field: string) => watched[index]!.results.at(-1)?.data[field];
    const made = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } });
    expect(made.status).toBe(201);
    await until(() => last(1, 'sessionChanged')?.status === 'idle');
    expect(last(0, 'workerChanged')).toMatchObject({ id: made.body.worker_id, status: 'ready' });
    expect(watched[0]!.results[0].data.workerChanged.status).toBe('starting');
    const run = await at.graphql(
      `mutation { executeCell(spaceSlug: "demo", sessionId: "${made.body.id}", input: {code: "6 * 7"}) { id } }`,
    );
    const { id } = run.data.executeCell;
    await until(() => last(2, 'executionsChanged')?.status === 'ok');
    const told = watched[2]!.results.map(({ data }) => data.executionsChanged);
    expect(told[0]).toMatchObject({ id, session: made.body.id, code: '6 * 7' });
    expect(['queued', 'running']).toContain(told[0].status);
    await until(() => last(1, 'sessionChanged')?.count === 1);
    await at.rest('DELETE', `/sessions/${made.body.id}`);
    await until(() => last(1, 'sessionChanged')?.status === 'dead');
    await at.rest('DELETE', `/workers/${made.body.worker_id}`);
    await until(() => last(0, 'workerChanged')?.status === 'stopped');
  });

  it('tells those who can view the workspace, and nobody else', async () => {
    const owner = await at.user('editor');
    const viewer = await at.user('viewer');
    const secret = await makeRuntime(await makeWorkspace('private', owner.token), owner.id);
    const open = await makeRuntime(await makeWorkspace('space', owner.token), owner.id);
    const { bus, prisma } = services();
    for (const [query, field, topic, kind, change] of [
      [
        workers,
        'workerChanged',
        'worker',
        'worker',
        (id: string) => prisma.worker.update({ where: { id }, data: { progressPercent: 7 } }),
      ],
      [
        sessions,
        'sessionChanged',
        'session',
        'session',
        (id: string) => prisma.session.update({ where: { id }, data: { status: 'busy' } }),
      ],
      [
        executions,
        'executionsChanged',
        'executionStatus',
        'execution',
        (id: string) => prisma.execution.update({ where: { id }, data: { status: 'running' } }),
      ],
    ] as const) {
      const before = bus.listenerCount(topic, '*');
      const theirs = openStream(query, owner.token);
      const mine = openStream(query, viewer.token);
      await until(() => bus.listenerCount(topic, '*') === before + 2);
      for (const runtime of [secret, open]) {
        const { id } = runtime[kind];
        await change(id);
        bus.publish(topic, id, { workerId: id, sessionId: id, executionId: id } as never);
      }
      await until(() => theirs.results.length === 2 && mine.results.length === 1);
      await sleep(100);
      expect(mine.results.map(({ data }) => data[field].id)).toEqual([open[kind].id]);
      expect(theirs.results.map(({ data }) => data[field].id)).toEqual([secret[kind].id, open[kind].id]);
      mine.leave();
      theirs.leave();
      await until(() => bus.listenerCount(topic, '*') === before);
    }
  });

  it('narrows to one resource, and refuses one of another space alike an unknown one', async () => {
    const owner = await at.user('editor');
    const one = await makeRuntime(await makeWorkspace('space', owner.token), owner.id);
    const two = await makeRuntime(one.worker.workspaceId, owner.id);
    const stream = await listening(sessions, { id: two.session.id.toUpperCase() });
    for (const { session } of [one, two])
      services().bus.publish('session', session.id, { sessionId: session.id });
    await until(() => stream.results.length === 1);
    await sleep(100);
    expect(stream.results).toMatchObject([{ data: { sessionChanged: { id: two.session.id } } }]);

    const { prisma } = services();
    const elsewhere = await prisma.space.create({ data: { slug: 'elsewhere', name: 'Elsewhere' } });
    const foreign = await prisma.workspace.create({
      data: {
        spaceId: elsewhere.id,
        name: 'F',
        defaultRepositoryId: demo.repositoryId,
        defaultBranch: 'main',
        ownerUserId: owner.id,
      },
    });
    const { session } = await makeRuntime(foreign.id, owner.id);
    const errors = [];
    for (const id of [session.id, '00000000-0000-4000-8000-0000000000ff']) {
      const refused = open(sessions, { id }, owner.token);
      await refused.ended;
      const { message, extensions } = refused.results[0].errors[0];
      errors.push({ message, code: extensions.code });
    }
    expect(errors[0]).toEqual({ message: 'The session was not found.', code: 'not_found' });
    expect(errors[1]).toEqual(errors[0]);
  });
});

const openStream = (query: string, token: string) => open(query, {}, token);

describe('a reader who takes nothing', () => {
  it.each([
    ['yoga', '/graphql'],
    ['graphql-sse', '/graphql/stream'],
  ])('costs little memory over %s, and gets the newest state in the end', async (_door, path) => {
    const owner = await at.user('editor');
    const { execution } = await makeRuntime(await makeWorkspace('space', owner.token), owner.id);
    const { bus, prisma } = services();
    const update = (code: string, status: 'running' | 'ok') =>
      prisma.execution.update({ where: { id: execution.id }, data: { code, status } });
    await update('x'.repeat(500_000), 'running');
    const response = await fetch(at.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${owner.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query: executions }),
    });
    await until(() => bus.listenerCount('executionStatus', '*') === 1);
    const published = 400;
    for (let count = 0; count < published; count++) {
      bus.publish('executionStatus', execution.id, { executionId: execution.id });
      await sleep(5);
    }
    await update('last', 'ok');
    bus.publish('executionStatus', execution.id, { executionId: execution.id });
    let bytes = 0;
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (new TextDecoder().decode(chunk).includes('"code":"last"')) break;
    }
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan((published * 500_000) / 4);
    await until(() => bus.listenerCount('executionStatus', '*') === 0);
  });
});

describe('authorization over time', () => {
  const rest = (path: string, token: string) =>
    fetch(`${at.url}/api/v1.0/engagement/spaces/demo/notebooks${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
  const within = async (ms: number, ended: Promise<unknown>) => {
    const begun = Date.now();
    await ended;
    expect(Date.now() - begun).toBeLessThan(ms);
  };

  it('ends every stream of a revoked token within 5 s, and no other', async () => {
    const someone = await at.user('viewer');
    const other = await at.user('viewer');
    const owner = await at.user('editor');
    const { session, execution } = await makeRuntime(await makeWorkspace('space', owner.token), owner.id);
    const theirs = [
      await listening(workspaces, {}, someone.token),
      await listening(sessions, {}, someone.token, 'graphql-sse distinct'),
      await listening(files, { id: demo.workspaceId }, someone.token, 'graphql-sse single connection'),
    ];
    const kept = await listening(workspaces, {}, other.token);
    const log = await rest(`/sessions/${session.id}/executions/${execution.id}/stream`, someone.token);
    expect(log.status).toBe(200);
    await services().prisma.apiToken.updateMany({
      where: { userId: someone.id },
      data: { revokedAt: new Date() },
    });
    const [text] = await Promise.all([
      log.text(),
      within(5_000, Promise.all(theirs.map(({ ended }) => ended))),
    ]);
    for (const { results } of theirs) {
      expect(results).toHaveLength(1);
      expect(results[0].errors[0].extensions.code).toBe('unauthenticated');
    }
    expect(text).toMatch(
      /event: error\ndata: .*"status_code":401,"code":"unauthenticated","retryable":false/,
    );
    await makeWorkspace('space');
    await until(() => kept.results.length === 1);
    expect(kept.results[0].errors).toBeUndefined();
  });

  it('ends the streams of an expired token', async () => {
    const someone = await at.user('viewer');
    const stream = await listening(workspaces, {}, someone.token);
    await services().prisma.apiToken.updateMany({
      where: { userId: someone.id },
      data: { expiresAt: new Date() },
    });
    await within(5_000, stream.ended);
    expect(stream.results[0].errors[0].extensions.code).toBe('unauthenticated');
  });

  it('ends the streams of a member who is removed within 5 s', async () => {
    const someone = await at.user('viewer');
    const owner = await at.user('editor');
    const { session, execution } = await makeRuntime(await makeWorkspace('space', owner.token), owner.id);
    const stream = await listening(workspaces, {}, someone.token);
    const log = await rest(`/sessions/${session.id}/executions/${execution.id}/stream`, someone.token);
    await services().prisma.spaceMember.deleteMany({ where: { userId: someone.id } });
    const [text] = await Promise.all([log.text(), within(5_000, stream.ended)]);
    expect(stream.results[0].errors[0]).toMatchObject({
      message: 'The space was not found.',
      extensions: { code: 'not_found' },
    });
    expect(text).toMatch(/event: error\ndata: .*"status_code":404,"code":"not_found"/);
  });

  it('ends the streams of a workspace that can no longer be viewed within 5 s', async () => {
    const someone = await at.user('viewer');
    const owner = await at.user('editor');
    const id = await makeWorkspace('space', owner.token);
    const one = await listening(workspaces, { id }, someone.token);
    const two = await listening(files, { id }, someone.token, 'graphql-sse distinct');
    await at.rest('PUT', `/workspaces/${id}/access`, {
      token: owner.token,
      body: { visibility: 'private', grants: [] },
    });
    await within(5_000, Promise.all([one.ended, two.ended]));
    expect([one, two].map(({ results }) => results)).toMatchObject([
      [{ errors: [{ extensions: { code: 'forbidden' } }] }],
      [{ errors: [{ extensions: { code: 'forbidden' } }] }],
    ]);
  });
});

describe('a client that leaves', () => {
  it.each<Door>(['yoga', 'graphql-sse distinct', 'graphql-sse single connection'])(
    'is forgotten at once over %s',
    async (door) => {
      for (const [query, variables] of [
        [workspaces, {}],
        [files, { id: demo.workspaceId }],
        [executions, {}],
      ] as const) {
        const stream = await listening(query, variables, at.token, door);
        stream.leave();
        await until(() => listeners() === 0, 1_000);
      }
    },
  );

  it.each(['/graphql', '/graphql/stream'])(
    'is forgotten when it leaves before %s has answered',
    async (path) => {
      let heard = 0;
      for (let delay = 0; delay < 60; delay += 2) {
        const leave = new AbortController();
        const request = fetch(at.url + path, {
          method: 'POST',
          signal: leave.signal,
          headers: {
            authorization: `Bearer ${at.token}`,
            'content-type': 'application/json',
            accept: 'text/event-stream',
          },
          body: JSON.stringify({ query: files, variables: { id: demo.workspaceId } }),
        });
        await sleep(delay);
        heard = Math.max(heard, listeners());
        leave.abort();
        await request.then((response) => response.text()).catch(() => {});
      }
      expect(heard).toBeGreaterThan(0);
      await until(() => listeners() === 0);
    },
  );
});
