import { join } from 'node:path';
import { print } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import {
  FollowExecutionDocument,
  FollowSpaceEventsDocument,
  ReadWorkerFileDocument,
} from '../../rest/generated/operations.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { codeCell, codeNotebook } from '../support/factories/code-notebook.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type RestAnswer, type TestGateway } from '../support/gateway.js';
import { testPython } from '../support/jupyter.js';
import { type Checker, createChecker } from '../support/openapi-checker.js';
import { readEvents, type SentEvent } from '../support/sse.js';
import { type Step, twinOperation, withoutNames } from './graph-twin.js';
import { documented, further, type Row } from './rows.js';

let at: TestGateway;
let checker: Checker;
beforeAll(async () => {
  at = await openTestGateway({
    backends: (dataDir) => [openExternalBackend({ stateRoot: join(dataDir, 'workers'), python: testPython })],
  });
  const served = await fetch(`${at.url}/openapi.json`, { headers: { authorization: `Bearer ${at.token}` } });
  checker = createChecker((await served.json()) as never);
});
afterAll(async () => {
  const { prisma, workers } = at.gateway.services;
  for (const { id } of await prisma.worker.findMany()) await workers.stop(id);
  await at.close();
});

const all = [...documented, ...further];
const driven = new Set<string>();
const slug: Step = ['space', { slug: 'demo' }];
const inDemo = { spaceSlug: 'demo' };

/** Sends a row's request and holds the answer against the description. */
async function send(
  row: string,
  params: Record<string, string>,
  body?: unknown,
  query = '',
): Promise<RestAnswer> {
  const [method, path] = row.split(' ') as [string, string];
  expect(all.map(([one, where]) => `${one} ${where}`)).toContain(row);
  const answer = await at.rest(method, fill(path, params) + query, { body });
  checker.answer(method, path, answer);
  if (answer.status < 300) driven.add(row);
  return answer;
}

const fill = (path: string, params: Record<string, string>) =>
  path.replace(/\{(\w+)\}/g, (_all, name: string) => params[name]!);

/** What the graph answers for all that a REST body holds, with the names of REST. */
async function graph(steps: Step[], like: unknown): Promise<unknown> {
  const { query, variables, toRest } = twinOperation(at.gateway.schema, steps, like);
  const { data, errors } = await at.graphql(query, variables);
  expect(errors, query).toBeUndefined();
  return toRest(data);
}

/** Checks that REST and GraphQL answer the same query alike. */
async function sameAnswer(rest: RestAnswer, steps: Step[], like = rest.body): Promise<void> {
  expect(rest.status).toBe(200);
  expect(await graph(steps, like)).toEqual(like);
}

/** Checks that REST and GraphQL answer the same mutation alike, on two equal resources. */
async function sameDeed(rest: RestAnswer, steps: Step[], like = rest.body): Promise<void> {
  expect(rest.status).toBeLessThan(300);
  expect(withoutNames(await graph(steps, like))).toEqual(withoutNames(like));
}

const page = ({ body }: RestAnswer) => ({ nodes: body.items, total_count: body.total });
const saved = ({ body: { version, ...file } }: RestAnswer) => ({ file, version });
const workspace = async (name: string) =>
  (await send('POST /workspaces', {}, { name, default_repository_id: demo.repositoryId })).body.id as string;
const inWorkspace = { workspace_id: demo.workspaceId };
const inRepository = { repository_id: demo.repositoryId };
const notebook = { cells: [], metadata: { n: 1.5 }, nbformat: 4, nbformat_minor: 5 };

describe('workspaces over REST and GraphQL', () => {
  it('have equal answers when they are listed and read', async () => {
    const list = await send('GET /workspaces', {});
    await sameAnswer(list, [slug, ['workspaces', { limit: 20 }]], page(list));
    const one = await send('GET /workspaces/{workspace_id}', inWorkspace);
    await sameAnswer(one, [slug, ['workspace', { id: demo.workspaceId }]]);
  });

  it('have equal answers when they are created, changed, shared and archived', async () => {
    const input = { name: 'New', default_repository_id: demo.repositoryId };
    const made = await send('POST /workspaces', {}, input);
    expect(made.status).toBe(201);
    const graphInput = { name: 'New', defaultRepositoryId: demo.repositoryId };
    await sameDeed(made, [['createWorkspace', { ...inDemo, input: graphInput }]]);

    const workspace_id = made.body.id;
    const id = await workspace('New');
    const changed = await send(
      'PATCH /workspaces/{workspace_id}',
      { workspace_id },
      { visibility: 'shared' },
    );
    await sameDeed(changed, [['updateWorkspace', { ...inDemo, id, input: { visibility: 'shared' } }]]);

    const user = await makeUser(at, { role: 'viewer' });
    const grant = { principal_type: 'user', principal_id: user.id, access_level: 'view' };
    const access = await send('PUT /workspaces/{workspace_id}/access', { workspace_id }, { grants: [grant] });
    expect(access.body.grants).toHaveLength(1);
    const grants = [{ principalType: 'user', principalId: user.id, accessLevel: 'view' }];
    await sameDeed(access, [['replaceWorkspaceAccess', { ...inDemo, id, input: { grants } }]]);
    const read = await send('GET /workspaces/{workspace_id}/access', { workspace_id });
    await sameAnswer(read, [slug, ['workspace', { id: workspace_id }], ['access']]);

    const archived = await send('POST /workspaces/{workspace_id}/archive', { workspace_id });
    expect(archived.body.archived_at).toBeTruthy();
    await sameDeed(archived, [['archiveWorkspace', { ...inDemo, id }]]);
    const back = await send('POST /workspaces/{workspace_id}/unarchive', { workspace_id });
    expect(back.body.archived_at).toBeNull();
    await sameDeed(back, [['unarchiveWorkspace', { ...inDemo, id }]]);
  });
});

describe.each([
  ['/workspaces/{workspace_id}/file', '/workspaces/{workspace_id}/files', 'workspace', 'ipynb'],
  [
    '/workspaces/{workspace_id}/authoring-file',
    '/workspaces/{workspace_id}/authoring-files',
    'workspace',
    'md',
  ],
  ['/repositories/{repository_id}/file', '/repositories/{repository_id}/files', 'repository', 'ipynb'],
] as const)('files at %s and in GraphQL', (one, many, holder, extension) => {
  const isText = extension === 'md';
  const params = holder === 'workspace' ? inWorkspace : inRepository;
  const id = holder === 'workspace' ? demo.workspaceId : demo.repositoryId;
  const address = holder === 'workspace' ? { workspaceId: id } : { repositoryId: id };
  const folder = isText ? 'text' : holder;
  const [mine, twin] = [`${folder}/rest.${extension}`, `${folder}/graph.${extension}`];
  const content = (text: string) =>
    isText ? { content: text } : { notebook: { ...notebook, metadata: { text } } };

  it('have equal answers when they are created, saved and read', async () => {
    const made = await send(`POST ${many}`, params, { path: mine, ...content('a') });
    expect(made.status).toBe(201);
    await sameDeed(
      made,
      [['createFile', { ...inDemo, in: address, input: { path: twin, ...content('a') } }]],
      saved(made),
    );
    const body = { path: mine, ...content('b'), base_sha: made.body.sha };
    const next = await send(`PUT ${one}`, params, body);
    const input = { path: twin, ...content('b'), baseSha: made.body.sha };
    await sameDeed(next, [['saveFile', { ...inDemo, in: address, input }]], saved(next));
    const conflict = await send(`PUT ${one}`, params, { ...body, ...content('c') });
    expect(conflict).toMatchObject({ status: 409, body: { code: 'base_sha_conflict' } });
    const read = await send(`GET ${one}`, params, undefined, `?path=${mine}`);
    await sameAnswer(read, [slug, [holder, { id }], ['file', { path: mine }]]);
    expect(read.headers.get('link')).toBe(
      holder === 'workspace'
        ? null
        : `</api/v1.0/engagement/spaces/demo/notebooks/workspaces/${demo.workspaceId}/file?path=${mine}>; rel="successor-version"`,
    );
    const known = await fetch(`${at.url}${pathOf(fill(one, params))}?path=${mine}`, {
      headers: { authorization: `Bearer ${at.token}`, 'if-none-match': read.headers.get('etag')! },
    });
    expect(known.status).toBe(304);
    checker.answer('GET', one, known);
  });
});

const pathOf = (path: string) => `/api/v1.0/engagement/spaces/demo/notebooks${path}`;

it.each([
  ['/workspaces/{workspace_id}/files', 'workspace', demo.workspaceId],
  ['/repositories/{repository_id}/files', 'repository', demo.repositoryId],
])('the files listed at %s are equal in GraphQL', async (path, holder, id) => {
  const list = await send(`GET ${path}`, { ...inWorkspace, ...inRepository });
  expect(list.body.total).toBeGreaterThan(0);
  await sameAnswer(list, [slug, [holder, { id }], ['files', {}]], page(list));
});

it('a renamed file has equal answers over REST and GraphQL', async () => {
  const files = 'POST /workspaces/{workspace_id}/authoring-files';
  for (const path of ['old-rest.md', 'old-graph.md']) await send(files, inWorkspace, { path, content: '' });
  const rename = 'POST /workspaces/{workspace_id}/authoring-file/rename';
  const renamed = await send(rename, inWorkspace, { path: 'old-rest.md', new_path: 'new-rest.md' });
  const input = { path: 'old-graph.md', newPath: 'new-graph.md' };
  const address = { workspaceId: demo.workspaceId };
  await sameDeed(renamed, [['renameFile', { ...inDemo, in: address, input }]], saved(renamed));
});

it('a deleted file has equal answers over REST and GraphQL', async () => {
  const files = 'POST /workspaces/{workspace_id}/authoring-files';
  for (const path of ['gone-rest.md', 'gone-graph.md']) await send(files, inWorkspace, { path, content: '' });
  const one = 'DELETE /workspaces/{workspace_id}/authoring-file';
  const deleted = await send(one, inWorkspace, undefined, '?path=gone-rest.md');
  const address = { workspaceId: demo.workspaceId };
  await sameDeed(deleted, [['deleteFile', { ...inDemo, in: address, input: { path: 'gone-graph.md' } }]]);
  expect((await send(one, inWorkspace, undefined, '?path=gone-rest.md')).status).toBe(404);
});

it('a file of any bytes and a commit have equal answers over REST and GraphQL', async () => {
  const path = 'GET /workspaces/{workspace_id}/raw-file';
  const put = 'PUT /workspaces/{workspace_id}/raw-file';
  const made = await send(put, inWorkspace, 'raw', '?path=raw-rest.txt');
  const inAddress = { ...inDemo, in: { workspaceId: demo.workspaceId } };
  const contentBase64 = Buffer.from(JSON.stringify('raw')).toString('base64');
  await sameDeed(made, [['putFile', { ...inAddress, input: { path: 'raw-graph.txt', contentBase64 } }]], {
    file: made.body,
    created: true,
  });
  const read = await send(path, inWorkspace, undefined, '?path=raw-graph.txt');
  expect(read.body).toBe('"raw"');
  const create = (name: string) => [{ create: { path: name, content: '' } }];
  const committed = await send('POST /workspaces/{workspace_id}/commits', inWorkspace, {
    changes: create('many-rest.md'),
    commit_message: 'Many',
  });
  const input = { changes: create('many-graph.md'), commitMessage: 'Many' };
  await sameDeed(committed, [['commitFiles', { ...inAddress, input }]]);
});

it('a search has equal answers over REST and GraphQL, and an archive can be read', async () => {
  const found = await send('GET /workspaces/{workspace_id}/search', inWorkspace, undefined, '?q=welcome');
  expect(found.body.total).toBeGreaterThan(0);
  const { items, total, page: _page, size: _size, ...more } = found.body;
  await sameAnswer(
    found,
    [slug, ['workspace', { id: demo.workspaceId }], ['search', { q: 'welcome', limit: 20 }]],
    {
      nodes: items,
      total_count: total,
      ...more,
    },
  );
  const exported = await send(
    'GET /workspaces/{workspace_id}/export',
    inWorkspace,
    undefined,
    `?path=${demo.notebookPath}`,
  );
  const asGraph: Step[] = [
    slug,
    ['workspace', { id: demo.workspaceId }],
    ['export', { path: demo.notebookPath }],
  ];
  await sameAnswer(exported, asGraph, { content: exported.body });
  const archive = await send('GET /workspaces/{workspace_id}/archive', inWorkspace);
  expect(archive.headers.get('content-type')).toBe('application/zip');
});

it('a comparison has equal answers over REST and GraphQL', async () => {
  const path = 'compared.ipynb';
  const book = (source: string) =>
    codeNotebook([codeCell('a', source), codeCell('b', '1')], { title: source });
  const made = await send('POST /workspaces/{workspace_id}/files', inWorkspace, {
    path,
    notebook: book('1'),
  });
  await send('PUT /workspaces/{workspace_id}/file', inWorkspace, { path, notebook: book('2') });
  const refs = { base: made.body.commit_sha, head: 'main' };
  const query = new URLSearchParams({ ...refs, path });
  const compared = await send('GET /workspaces/{workspace_id}/compare', inWorkspace, undefined, `?${query}`);
  const { files, file, ...rest } = compared.body;
  expect(file.cells.counts.modified).toBe(1);
  const pages = (list: { items: unknown[]; total: number }) => {
    const { items, total, ...more } = list;
    return { nodes: items, total_count: total, ...more };
  };
  const like = { ...rest, files: pages(files), file: { ...file, cells: pages(file.cells) } };
  await sameAnswer(
    compared,
    [slug, ['workspace', { id: demo.workspaceId }], ['compare', { ...refs, path }]],
    like,
  );
});

it('repositories and branches have equal answers over REST and GraphQL', async () => {
  const list = await send('GET /repositories', {});
  await sameAnswer(list, [slug, ['repositories', {}]], page(list));
  const branches = '/repositories/{repository_id}/branches';
  const made = await send(`POST ${branches}`, inRepository, { name: 'a/rest' });
  expect(made.status).toBe(201);
  const { repository_id: repositoryId } = inRepository;
  await sameDeed(made, [['createBranch', { ...inDemo, repositoryId, name: 'a/graph' }]]);
  const all = await send(`GET ${branches}`, inRepository);
  expect(all.body.items.map(({ name }: { name: string }) => name)).toEqual(['a/graph', 'a/rest', 'main']);
  await sameAnswer(all, [slug, ['repository', { id: repositoryId }], ['branches', {}]], page(all));
  const merge = { source: 'a/rest', target: 'a/graph' };
  const merged = await send('POST /repositories/{repository_id}/merges', inRepository, merge);
  expect(merged.body.changed).toBe(false);
  await sameDeed(merged, [['mergeBranch', { ...inDemo, repositoryId, input: merge }]]);
  for (const name of ['a/rest', 'a%2Fgraph'])
    expect((await send(`DELETE ${branches}/{name}`, { ...inRepository, name })).status).toBe(204);
  expect((await send(`GET ${branches}`, inRepository)).body.total).toBe(1);
});

it('a restored version has equal answers over REST and GraphQL', async () => {
  const restored = async (path: string) => {
    const made = await send('POST /workspaces/{workspace_id}/files', inWorkspace, { path });
    await send('PUT /workspaces/{workspace_id}/file', inWorkspace, { path, notebook });
    return { notebook_id: made.body.notebook_id, version_id: made.body.version.id, sha: made.body.sha };
  };
  const { sha, ...mine } = await restored('back-rest.ipynb');
  const { notebook_id: notebookId, version_id: versionId } = await restored('back-graph.ipynb');
  const restore = 'POST /documents/{notebook_id}/versions/{version_id}/restore';
  const answer = await send(restore, mine, { commit_message: 'Restore' });
  expect(answer.body.sha).toBe(sha);
  const input = { versionId, commitMessage: 'Restore' };
  await sameDeed(answer, [['restoreNotebookVersion', { ...inDemo, notebookId, input }]], saved(answer));
  const again = await send(restore, mine);
  expect([again.status, again.body.version]).toEqual([200, null]);
});

it('the Link to a successor is absent for callers who can view no workspace over the repository', async () => {
  const { prisma } = at.gateway.services;
  await prisma.workspace.update({ where: { id: demo.workspaceId }, data: { archivedAt: new Date() } });
  try {
    const { token } = await makeUser(at, { role: 'admin' });
    await prisma.workspace.updateMany({ data: { archivedAt: new Date() } });
    const path = `/repositories/${demo.repositoryId}/files`;
    const answer = await at.rest('GET', path, { token });
    checker.answer('GET', '/repositories/{repository_id}/files', answer);
    expect(answer.headers.get('link')).toBeNull();
    expect(answer.headers.get('deprecation')).toMatch(/^@\d+$/);
  } finally {
    await prisma.workspace.update({ where: { id: demo.workspaceId }, data: { archivedAt: null } });
  }
});

it('the links and versions of a notebook have equal answers over REST and GraphQL', async () => {
  const file = await send(
    'GET /workspaces/{workspace_id}/file',
    inWorkspace,
    undefined,
    `?path=${demo.notebookPath}`,
  );
  const params = { notebook_id: file.body.notebook_id as string };
  const id = params.notebook_id;
  const links = '/documents/{notebook_id}/links';
  const made = await send(`POST ${links}`, params, {
    target_type: 'repository',
    target_id: demo.repositoryId,
  });
  expect(made.status).toBe(201);
  const list = await send(`GET ${links}`, params);
  expect(list.body.total).toBe(1);
  await sameAnswer(list, [slug, ['document', { id }], ['links', {}]], page(list));
  expect((await send(`DELETE ${links}/{link_id}`, { ...params, link_id: made.body.id })).status).toBe(204);
  const input = { targetType: 'repository', targetId: demo.repositoryId };
  await sameDeed(made, [['createNotebookLink', { ...inDemo, notebookId: id, input }]]);
  const again = (await send(`GET ${links}`, params)).body.items[0].id;
  await graph([['deleteNotebookLink', { ...inDemo, notebookId: id, id: again }]], null);
  expect((await send(`GET ${links}`, params)).body.total).toBe(0);

  const versions = await send('GET /documents/{notebook_id}/versions', params);
  expect(versions.body.total).toBeGreaterThan(0);
  await sameAnswer(versions, [slug, ['document', { id }], ['versions', {}]], page(versions));
});

it('kernel profiles and resource classes have equal answers over REST and GraphQL', async () => {
  const profiles = await send('GET /kernel-profiles', {});
  await sameAnswer(profiles, [slug, ['kernelProfiles']], profiles.body.items);
  const classes = await send('GET /worker-resource-classes', {});
  await sameAnswer(classes, [slug, ['workerResourceClasses']], classes.body.items);
});

it('schedules have equal answers over REST and GraphQL', async () => {
  const input = { ...inWorkspace, path: 'contract/daily.ipynb', cron: '@yearly' };
  const made = await send('POST /schedules', {}, input);
  expect(made.status).toBe(201);
  const { workspace_id: workspaceId, ...rest } = input;
  const twin: any = await graph(
    [['createSchedule', { ...inDemo, input: { workspaceId, ...rest } }]],
    made.body,
  );
  expect(withoutNames(twin)).toEqual(withoutNames(made.body));
  const list = await send('GET /schedules', {});
  await sameAnswer(list, [slug, ['schedules', { limit: 20 }]], page(list));
  const schedule_id = made.body.id;
  const one = await send('GET /schedules/{schedule_id}', { schedule_id });
  await sameAnswer(one, [slug, ['schedule', { id: schedule_id }]]);
  const paused = await send('PATCH /schedules/{schedule_id}', { schedule_id }, { is_paused: true });
  await sameDeed(paused, [['updateSchedule', { ...inDemo, id: twin.id, input: { isPaused: true } }]]);
  expect((await send('DELETE /schedules/{schedule_id}', { schedule_id })).status).toBe(204);
  expect(await graph([['deleteSchedule', { ...inDemo, id: twin.id }]], true)).toBe(true);
});

describe('sessions and workers over REST and GraphQL', () => {
  let mine: string;
  let twin: string;

  it('have equal answers when they are created, listed and read', async () => {
    const opened = await send('POST /sessions', {}, { workspace_id: demo.workspaceId, path: 'rest.ipynb' });
    expect(opened.status).toBe(201);
    const input = { workspaceId: demo.workspaceId, path: 'graph.ipynb' };
    await sameDeed(opened, [['createSession', { ...inDemo, input }]], { session: opened.body });
    mine = opened.body.id;
    const list = await send('GET /sessions', {});
    expect(list.body.total).toBe(2);
    await sameAnswer(list, [slug, ['sessions', {}]], page(list));
    twin = list.body.items.find(({ id }: { id: string }) => id !== mine).id;
    const one = await send('GET /sessions/{session_id}', { session_id: mine });
    await sameAnswer(one, [slug, ['session', { id: mine }]]);

    const workers = await send('GET /workers', {});
    expect(workers.body.total).toBe(1);
    await sameAnswer(workers, [slug, ['workers', {}]], page(workers));
    const id = workers.body.items[0].id;
    const worker = await send('GET /workers/{worker_id}', { worker_id: id });
    await sameAnswer(worker, [slug, ['worker', { id }]]);
  });

  it('have equal answers when the files of a worker are listed, read and committed', async () => {
    const worker_id = (await send('GET /sessions/{session_id}', { session_id: mine })).body
      .worker_id as string;
    const base: Step[] = [slug, ['worker', { id: worker_id }]];
    const files = await send('GET /workers/{worker_id}/files', { worker_id });
    expect(files.body.total).toBeGreaterThan(1);
    await sameAnswer(files, [...base, ['files', {}]], page(files));
    const read = await send('GET /workers/{worker_id}/raw-file', { worker_id }, undefined, '?path=README.md');
    const sent = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${at.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({
        query: print(ReadWorkerFileDocument),
        variables: { space: 'demo', id: worker_id, path: 'README.md' },
      }),
    });
    const chunks = (await readEvents(sent))
      .filter(({ event }) => event === 'next')
      .map(({ data: { data } }) => Buffer.from(data.workerFileContent.base64, 'base64'));
    expect(Buffer.concat(chunks).toString()).toBe(read.body);
    const paths = ['README.md'];
    const committed = await send('POST /workers/{worker_id}/commit', { worker_id }, { paths });
    expect(committed.status).toBe(200);
    await sameDeed(committed, [['commitWorkerFiles', { ...inDemo, workerId: worker_id, input: { paths } }]]);
  });

  it('have equal answers when their kernels complete and inspect code', async () => {
    const question = { code: 'len', cursor_pos: 2 };
    const target = { ...inDemo, sessionId: mine, code: 'len', cursorPos: 2 };
    const ask = (row: string) => send(row, { session_id: mine }, question);
    // A kernel loads what completes code at its first completion, which takes longer than a second.
    const first = async () => (await ask('POST /sessions/{session_id}/complete')).status;
    await expect.poll(first, { timeout: 20_000 }).toBe(200);
    await sameAnswer(await ask('POST /sessions/{session_id}/complete'), [['completeCode', target]]);
    await sameAnswer(await ask('POST /sessions/{session_id}/inspect'), [['inspectCode', target]]);
  });

  it('have equal answers when they get comm messages', async () => {
    const body = { type: 'comm_msg', comm_id: 'unknown' };
    const sent = await send('POST /sessions/{session_id}/comms', { session_id: mine }, body);
    expect([sent.status, sent.body.comm_id]).toEqual([200, 'unknown']);
    const input = { type: 'comm_msg', commId: 'unknown' };
    await sameDeed(sent, [['sendCommMessage', { ...inDemo, sessionId: mine, input }]]);
  });

  it('have equal answers when queued executions are cancelled', async () => {
    const queue = async (code: string, sessionId = mine): Promise<string> => {
      const steps: Step[] = [['executeCell', { ...inDemo, sessionId, input: { code } }]];
      return ((await graph(steps, { id: '' })) as any).id;
    };
    // Both sessions count a cell.
    await queue('1', twin);
    await queue('import time; time.sleep(2)');
    const [first, second] = [await queue('1'), await queue('1')];
    const cancel = 'POST /sessions/{session_id}/executions/{execution_id}/cancel';
    const cancelled = await send(cancel, { session_id: mine, execution_id: first });
    expect(cancelled.body.status).toBe('cancelled');
    await sameDeed(cancelled, [['cancelExecution', { id: second }]]);
    const again = await send(cancel, { session_id: mine, execution_id: first });
    expect([again.status, again.body.code]).toEqual([409, 'execution_finished']);
    const elsewhere = await send(cancel, { session_id: twin, execution_id: first });
    expect(elsewhere.status).toBe(404);
  });

  it('have equal answers when several cells are queued', async () => {
    const cells = [{ code: '1 + 1' }, { code: '2 + 2' }];
    const queued = await send('POST /sessions/{session_id}/execute/batch', { session_id: mine }, { cells });
    expect(queued.status).toBe(201);
    await sameDeed(queued, [['executeCells', { ...inDemo, sessionId: twin, input: { cells } }]]);
  });

  it('have equal answers when executions that ask for input are answered', async () => {
    const { executionLog } = at.gateway.services;
    const ask = async (sessionId: string): Promise<{ id: string; requestId: string }> => {
      const steps: Step[] = [['executeCell', { ...inDemo, sessionId, input: { code: 'input()' } }]];
      const { id } = (await graph(steps, { id: '' })) as any;
      const requests = async () =>
        (await executionLog.read(id, 0, 100)).flatMap(({ event }) =>
          'request_id' in event ? event.request_id : [],
        );
      await expect.poll(requests).toHaveLength(1);
      await expect.poll(async () => (await executionOf(id)).status).toBe('running');
      return { id, requestId: (await requests())[0]! };
    };
    const executionOf = (id: string) =>
      at.gateway.services.prisma.execution.findUniqueOrThrow({ where: { id } });
    const [first, second] = [await ask(mine), await ask(twin)];
    const body = { request_id: first.requestId, value: 'Ada' };
    const path = 'POST /sessions/{session_id}/executions/{execution_id}/input';
    const answered = await send(path, { session_id: mine, execution_id: first.id }, body);
    expect(answered).toMatchObject({ status: 200, body: { id: first.id } });
    const { id: executionId, requestId } = second;
    await sameDeed(answered, [['answerInput', { executionId, requestId, value: 'Ada' }]]);
    const again = await send(path, { session_id: mine, execution_id: first.id }, body);
    expect([again.status, again.body.code]).toEqual([409, 'input_not_expected']);
  });

  it('have equal answers when whole notebooks are run, read, followed and cancelled', async () => {
    const of = (name: string, source: string) => {
      const path = `contract/${name}.ipynb`;
      const body = { path, notebook: codeNotebook([codeCell('one', source)]) };
      return send('POST /workspaces/{workspace_id}/authoring-files', inWorkspace, body).then(() => path);
    };
    const input = { ...inWorkspace, path: await of('run', "print('hello')") };
    const begun = await send('POST /runs', {}, input);
    expect(begun.status).toBe(201);
    const { id: run_id } = begun.body;
    const other = {
      workspaceId: demo.workspaceId,
      path: input.path,
      saveTo: { path: 'contract/twin.ipynb' },
    };
    const twinRun: any = await graph([['runNotebook', { ...inDemo, input: other }]], begun.body);
    expect(Object.keys(twinRun)).toEqual(Object.keys(begun.body));

    const headers = { authorization: `Bearer ${at.token}` };
    const path = '/runs/{run_id}/stream';
    const streamOf = (more = {}) =>
      fetch(at.url + pathOf(fill(path, { run_id })), { headers: { ...headers, ...more } });
    const streamed = await streamOf();
    checker.answer('GET', path, streamed);
    const events = await readEvents(streamed);
    checker.events('GET', path, events);
    driven.add(`GET ${path}`);
    expect(events.map(({ event }) => event)).toEqual([
      ...Array(events.length - 1).fill('run_event'),
      'final_response',
    ]);
    expect(events.at(-1)!.data.status).toBe('ok');
    expect(await readEvents(await streamOf({ 'last-event-id': events[2]!.id! }))).toEqual(events.slice(3));
    expect((await streamOf({ 'last-event-id': events.at(-1)!.id! })).status).toBe(204);
    expect((await streamOf({ 'last-event-id': 'x' })).status).toBe(400);

    const one = await send('GET /runs/{run_id}', { run_id });
    expect(one.body.notebook.cells[0].outputs).toMatchObject([{ text: 'hello\n' }]);
    const { items: nodes, total: total_count } = one.body.cells;
    const cells = { nodes, total_count };
    await sameAnswer(one, [slug, ['notebookRun', { id: run_id }]], { ...one.body, cells });
    const list = await send('GET /runs', {});
    await sameAnswer(list, [slug, ['notebookRuns', {}]], page(list));

    const slow = { ...inWorkspace, path: await of('slow', 'import time; time.sleep(60)') };
    const [first, second] = [await send('POST /runs', {}, slow), await send('POST /runs', {}, slow)];
    const running = async (id: string) =>
      (await send('GET /runs/{run_id}', { run_id: id })).body.cells.items[0].execution?.status;
    for (const { body } of [first, second])
      await expect.poll(() => running(body.id), { timeout: 60_000 }).toBe('running');
    const cancelled = await send('POST /runs/{run_id}/cancel', { run_id: first.body.id });
    await sameDeed(cancelled, [['cancelNotebookRun', { id: second.body.id }]]);
  }, 120_000);

  it('have equal event streams when a space is followed', async () => {
    const headers = { authorization: `Bearer ${at.token}` };
    const streamOf = (query: string, more = {}) =>
      fetch(`${at.url}${pathOf('/events')}${query}`, { headers: { ...headers, ...more } });
    const first = await streamOf('?after=0&heartbeat_seconds=1');
    checker.answer('GET', '/events', first);
    const events = await readEvents(first, ({ event }) => event === 'heartbeat');
    checker.events('GET', '/events', events);
    driven.add('GET /events');
    expect(
      events.slice(0, -1).every(({ event, id, data }) => event === 'space_event' && id === data.cursor),
    ).toBe(true);
    const known = events[1]!;
    const resumed = await streamOf('?after=0', { 'last-event-id': known.id! });
    const rest = events.slice(2, -1);
    expect(await readEvents(resumed, ({ id }) => id === rest.at(-1)!.id)).toEqual(rest);
    expect((await streamOf('', { 'last-event-id': 'x' })).status).toBe(400);

    const followed = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: print(FollowSpaceEventsDocument),
        variables: { space: demo.slug, after: known.id },
      }),
    });
    const ends = ({ data }: SentEvent) => data?.data?.spaceEvents.cursor === rest.at(-1)!.id;
    const items = (await readEvents(followed, ends)).filter(({ event }) => event === 'next');
    expect(items.map(({ data }) => data.data.spaceEvents)).toEqual(rest.map(({ data }) => data));
  }, 60_000);

  it('have equal event streams when executions are started, followed and followed again', async () => {
    const code = "print('hello')\n6 * 7";
    const path = '/sessions/{session_id}/execute/stream';
    const headers = { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' };
    const run = await fetch(at.url + pathOf(fill(path, { session_id: mine })), {
      method: 'POST',
      headers,
      body: JSON.stringify({ code, cell_index: 0 }),
    });
    checker.answer('POST', path, run);
    const events = await readEvents(run);
    checker.events('POST', path, events);
    expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['notebook_event', 'final_response']));
    driven.add(`POST ${path}`);

    const again = '/sessions/{session_id}/executions/{execution_id}/stream';
    const execution_id = run.headers.get('x-execution-id')!;
    const replay = await fetch(at.url + pathOf(fill(again, { session_id: mine, execution_id })), { headers });
    checker.answer('GET', again, replay);
    expect(await readEvents(replay)).toEqual(events);
    driven.add(`GET ${again}`);

    const runs = '/sessions/{session_id}/executions';
    const list = await send(`GET ${runs}`, { session_id: mine });
    expect(list.body.items[0].id).toBe(execution_id);
    await sameAnswer(list, [slug, ['session', { id: mine }], ['executions', {}]], page(list));
    const one = await send(`GET ${runs}/{execution_id}`, { session_id: mine, execution_id });
    expect(one.body).toMatchObject({ status: 'ok', outputs: events.at(-1)!.data.outputs, error: null });
    await sameAnswer(one, [slug, ['execution', { id: execution_id }]]);

    const input = { code, cellIndex: 0 };
    const queued: any = await graph([['executeCell', { ...inDemo, sessionId: twin, input }]], { id: '' });
    const followed = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, accept: 'text/event-stream' },
      body: JSON.stringify({
        query: print(FollowExecutionDocument),
        variables: { executionId: queued.id, after: 0 },
      }),
    });
    const logged = (await readEvents(followed))
      .filter(({ event }) => event === 'next')
      // REST leaves `late` out where it is false.
      .map(({ data: { data } }) => ({
        ...data.executionEvents,
        late: data.executionEvents.late || undefined,
      }));
    const plain = (list: any[]) =>
      list.map(({ type: _type, duration_ms: _ms, ...data }) => withoutNames(data));
    expect(plain(logged)).toEqual(plain(events.map(({ data }) => data)));
  });

  it('have equal answers when sessions are interrupted, restarted and deleted', async () => {
    for (const [verb, field] of [
      ['interrupt', 'interruptSession'],
      ['restart', 'restartSession'],
    ] as const) {
      const done = await send(`POST /sessions/{session_id}/${verb}`, { session_id: mine });
      const like = { ...done.body, path: '' };
      const other: any = await graph([[field, { ...inDemo, id: twin }]], done.body);
      expect(withoutNames({ ...other, path: '' })).toEqual(withoutNames(like));
    }
    expect((await send('DELETE /sessions/{session_id}', { session_id: mine })).status).toBe(204);
    await graph([['deleteSession', { ...inDemo, id: twin }]], null);
    expect((await send('GET /sessions', {})).body.total).toBe(0);
  });

  it('have equal answers when workers are started and stopped', async () => {
    const [first, second] = [await workspace('Worker'), await workspace('Worker')];
    const started = await send('POST /workers', {}, { workspace_id: first });
    expect(started.status).toBe(201);
    const { progress: _progress, ...worker } = started.body;
    const input = { workspaceId: second };
    const other: any = await graph([['startWorker', { ...inDemo, input }]], {
      worker: { ...worker },
      created: true,
    });
    expect(withoutNames(other)).toEqual(withoutNames({ worker, created: true }));
    expect((await send('DELETE /workers/{worker_id}', { worker_id: worker.id })).status).toBe(204);
    await graph([['stopWorker', { ...inDemo, id: other.worker.id }]], null);
    const states = async () =>
      (await send('GET /workers', {}, undefined, '?include_stopped=true')).body.items
        .filter(({ id }: { id: string }) => [worker.id, other.worker.id].includes(id))
        .map(({ status }: { status: string }) => status);
    await expect.poll(states, { timeout: 20_000 }).toEqual(['stopped', 'stopped']);
  });
});

it('the tests above sent a request to every row of the API', async () => {
  const names = ([method, path]: Row) => `${method} ${path}`;
  expect([...driven].sort()).toEqual(all.map(names).sort());
});
