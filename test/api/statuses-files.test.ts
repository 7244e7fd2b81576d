import { afterAll, beforeAll } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { serviceIdentity } from '../../src/repositories/service-identity.js';
import { itAnswersEachError, type StatusRow } from '../support/documented-errors.js';
import { type FilledSpace, makeFilledSpace } from '../support/factories/make-filled-space.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type RestOptions, type TestGateway } from '../support/gateway.js';
import { filled } from '../support/rest-operations.js';

let at: TestGateway;
let editor: { id: string; token: string };
/** What is archived: a workspace, and the repository and notebook below it. */
let archived: FilledSpace['ids'];
let shelfSpace: string;
let notebookId: string;
const blob = 'a'.repeat(40);
beforeAll(async () => {
  at = await openTestGateway();
  editor = await makeUser(at, { role: 'editor' });
  const { prisma, git } = at.gateway.services;
  const shelf = await makeFilledSpace(at);
  archived = shelf.ids;
  shelfSpace = shelf.slug;
  await at.rest('POST', `/workspaces/${archived.workspace_id}/archive`, { space: shelfSpace });
  await prisma.protectedBranch.create({ data: { repositoryId: demo.repositoryId, name: 'guarded' } });
  await prisma.protectedBranch.create({ data: { repositoryId: demo.repositoryId, name: 'locked' } });
  // Files that only a native push can add.
  const repository = await git.repository(demo.repositoryId);
  await repository.createBranch('guarded', await repository.resolveBranch('main'));
  await repository.commit({
    branch: 'main',
    changes: [
      { kind: 'create', path: 'bad.ipynb', bytes: Buffer.from('{}') },
      { kind: 'create', path: 'bad.txt', bytes: Buffer.from([0xff]) },
    ],
    author: serviceIdentity,
    committer: serviceIdentity,
    message: 'Push',
  });
  const read = await at.rest('GET', `/workspaces/${demo.workspaceId}/file?path=${demo.notebookPath}`);
  notebookId = read.body.notebook_id;
});
afterAll(() => at.close());

/** Sends to the route's thing in the demo space. */
const send = (
  route: string,
  options: RestOptions & { query?: string; name?: string; version_id?: string; notebook_id?: string } = {},
) => {
  const [method, path] = route.split(' ') as [string, string];
  const { query = '', name = '', version_id = '', notebook_id = notebookId, ...rest } = options;
  const ids = {
    workspace_id: demo.workspaceId,
    repository_id: demo.repositoryId,
    notebook_id,
    name,
    version_id,
  };
  return at.rest(method, filled(path, ids) + query, rest);
};

/** Sends to what is archived. */
const sendToArchived = (route: string, body?: object) => {
  const [method, path] = route.split(' ') as [string, string];
  return at.rest(method, filled(path, archived), { space: shelfSpace, body });
};

const workspace = '/workspaces/{workspace_id}';
const repository = '/repositories/{repository_id}';
const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };

const finding = ['archive?', 'search?q=a&'].map((route): StatusRow => {
  const [name, query] = route.split('?');
  const row = `GET ${workspace}/${name}`;
  return [row, 'invalid_ref', () => send(row, { query: `?${query}ref=a..b` })];
});

const lists = [`GET ${workspace}/files`, `GET ${repository}/files`].flatMap((route): StatusRow[] => [
  [route, 'invalid_ref', () => send(route, { query: '?ref=a..b' })],
]);

const reads = [
  `GET ${workspace}/file`,
  `GET ${workspace}/authoring-file`,
  `GET ${workspace}/export`,
  `GET ${repository}/file`,
].flatMap((route): StatusRow[] => [
  [route, 'invalid_ref', () => send(route, { query: `?path=${demo.notebookPath}&ref=a..b` })],
  [route, 'invalid_path', () => send(route, { query: '?path=../a.ipynb' }), ['query', 'path']],
  [route, 'invalid_path', () => send(route, { query: '?path=.git/config' }), ['query', 'path']],
  [route, 'unreadable_file', () => send(route, { query: '?path=bad.ipynb' })],
]);

/** The errors of a write whose body is `body`, which would succeed. */
function writeErrors(route: string, body: object, field = 'path'): StatusRow[] {
  return [
    [route, 'invalid_ref', () => send(route, { body: { ...body, branch: 'a..b' } })],
    [route, 'invalid_path', () => send(route, { body: { ...body, [field]: '../a.ipynb' } }), ['body', field]],
    [
      route,
      'branch_protected',
      () => send(route, { body: { ...body, branch: 'guarded' }, token: editor.token }),
    ],
    [route, 'workspace_archived', () => sendToArchived(route, body)],
  ];
}

const faulty = { ...notebook, nbformat: 3 };
const creates = [
  `POST ${workspace}/files`,
  `POST ${workspace}/authoring-files`,
  `POST ${repository}/files`,
].flatMap((route): StatusRow[] => [
  ...writeErrors(route, { path: 'new.ipynb' }),
  [route, 'invalid_notebook', () => send(route, { body: { path: 'new.ipynb', notebook: faulty } })],
  [route, 'file_exists', () => send(route, { body: { path: demo.notebookPath } })],
]);

const saved = { path: demo.notebookPath, notebook };
const saves = [`PUT ${workspace}/file`, `PUT ${workspace}/authoring-file`, `PUT ${repository}/file`].flatMap(
  (route): StatusRow[] => [
    ...writeErrors(route, saved),
    [route, 'invalid_notebook', () => send(route, { body: { ...saved, notebook: faulty } })],
    [route, 'base_sha_conflict', () => send(route, { body: { ...saved, base_sha: blob } })],
  ],
);

const rename = `POST ${workspace}/authoring-file/rename`;
const moved = { path: demo.notebookPath, new_path: 'moved.ipynb' };
const renames: StatusRow[] = [
  ...writeErrors(rename, moved),
  ...writeErrors(rename, moved, 'new_path').slice(1, 2),
  [rename, 'base_sha_conflict', () => send(rename, { body: { ...moved, base_sha: blob } })],
  [rename, 'file_exists', () => send(rename, { body: { ...moved, new_path: 'bad.ipynb' } })],
];

const readRaw = `GET ${workspace}/raw-file`;
const putRaw = `PUT ${workspace}/raw-file`;
const putting = (query: string, options: RestOptions = {}) =>
  send(putRaw, { query: `?path=raw.bin&${query}`, raw: 'x', ...options });
const commits = `POST ${workspace}/commits`;
const committing = (change: object, more: object = {}, options: RestOptions = {}) =>
  send(commits, { body: { changes: [change], ...more }, ...options });
const raws: StatusRow[] = [
  [readRaw, 'invalid_ref', () => send(readRaw, { query: '?path=README.md&ref=a..b' })],
  [readRaw, 'invalid_path', () => send(readRaw, { query: '?path=../a' }), ['query', 'path']],
  [
    readRaw,
    'range_not_satisfiable',
    () => send(readRaw, { query: '?path=README.md', headers: { range: 'bytes=99999-' } }),
  ],
  [putRaw, 'invalid_ref', () => putting('branch=a..b')],
  [putRaw, 'invalid_path', () => send(putRaw, { query: '?path=../a', raw: 'x' }), ['query', 'path']],
  [putRaw, 'invalid_notebook', () => send(putRaw, { query: '?path=a.ipynb', raw: 'x' }), ['body']],
  [putRaw, 'branch_protected', () => putting('branch=guarded', { token: editor.token })],
  [
    putRaw,
    'workspace_archived',
    () =>
      at.rest('PUT', `/workspaces/${archived.workspace_id}/raw-file?path=a`, { space: shelfSpace, raw: 'x' }),
  ],
  [putRaw, 'base_sha_conflict', () => send(putRaw, { query: `?path=README.md&base_sha=${blob}`, raw: 'x' })],
  [
    putRaw,
    'file_exists',
    () => send(putRaw, { query: `?path=README.md&base_sha=${'0'.repeat(40)}`, raw: 'x' }),
  ],
  [commits, 'invalid_ref', () => committing({ delete: { path: 'a' } }, { branch: 'a..b' })],
  [commits, 'invalid_path', () => committing({ delete: { path: '../a' } })],
  [commits, 'invalid_notebook', () => committing({ create: { path: 'a.ipynb', notebook: faulty } })],
  [commits, 'file_exists', () => committing({ create: { path: 'README.md', content: '' } })],
  [commits, 'base_sha_conflict', () => committing({ delete: { path: 'README.md', base_sha: blob } })],
  [
    commits,
    'branch_protected',
    () => committing({ delete: { path: 'README.md' } }, { branch: 'guarded' }, { token: editor.token }),
  ],
  [commits, 'workspace_archived', () => sendToArchived(commits, { changes: [{ delete: { path: 'a' } }] })],
];

const stale = { 'if-match': '"stale"' };
const guarded: [string, RestOptions & { query?: string }][] = [
  [`PUT ${workspace}/access`, { body: { grants: [] }, headers: stale }],
  ...[`POST ${workspace}/files`, `POST ${workspace}/authoring-files`, `POST ${repository}/files`].map(
    (route): (typeof guarded)[number] => [
      route,
      { body: { path: demo.notebookPath }, headers: { 'if-none-match': '*' } },
    ],
  ),
  ...[`PUT ${workspace}/file`, `PUT ${workspace}/authoring-file`, `PUT ${repository}/file`].map(
    (route): (typeof guarded)[number] => [route, { body: saved, headers: stale }],
  ),
  [rename, { body: moved, headers: stale }],
  [`PUT ${workspace}/raw-file`, { query: '?path=README.md', raw: 'x', headers: stale }],
  [`DELETE ${workspace}/authoring-file`, { query: `?path=${demo.notebookPath}`, headers: stale }],
];

const remove = `DELETE ${workspace}/authoring-file`;
const removal = (query: string, options: RestOptions = {}) =>
  send(remove, { query: `?path=${demo.notebookPath}&${query}`, ...options });
const removals: StatusRow[] = [
  [remove, 'invalid_ref', () => removal('branch=a..b')],
  [remove, 'invalid_path', () => send(remove, { query: '?path=../a.ipynb' }), ['query', 'path']],
  [remove, 'branch_protected', () => removal('branch=guarded', { token: editor.token })],
  [
    remove,
    'workspace_archived',
    () =>
      at.rest('DELETE', `/workspaces/${archived.workspace_id}/authoring-file?path=there.ipynb`, {
        space: shelfSpace,
      }),
  ],
  [remove, 'base_sha_conflict', () => removal(`base_sha=${blob}`)],
];

const addBranch = `POST ${repository}/branches`;
const dropBranch = `DELETE ${repository}/branches/{name}`;
const branches: StatusRow[] = [
  [addBranch, 'invalid_ref', () => send(addBranch, { body: { name: 'a..b' } }), ['body', 'name']],
  [addBranch, 'branch_protected', () => send(addBranch, { body: { name: 'locked' }, token: editor.token })],
  [addBranch, 'already_exists', () => send(addBranch, { body: { name: 'main' } })],
  [addBranch, 'workspace_archived', () => sendToArchived(addBranch, { name: 'new' })],
  [dropBranch, 'invalid_ref', () => send(dropBranch, { name: 'a..b' }), ['path', 'name']],
  [dropBranch, 'branch_protected', () => send(dropBranch, { name: 'guarded', token: editor.token })],
  [dropBranch, 'workspace_archived', () => sendToArchived(dropBranch)],
];

const merges = `POST ${repository}/merges`;
const merging = (body: object, options: RestOptions = {}) => send(merges, { body, ...options });
const merged: StatusRow[] = [
  [merges, 'invalid_ref', () => merging({ source: 'a..b' }), ['body', 'source']],
  [merges, 'invalid_ref', () => merging({ source: 'main', target: 'a..b' }), ['body', 'target']],
  [merges, 'branch_protected', () => merging({ source: 'main', target: 'guarded' }, { token: editor.token })],
  [merges, 'workspace_archived', () => sendToArchived(merges, { source: 'main' })],
  [merges, 'merge_conflict', mergeOfConflicts],
];

/** Merges two branches that changed the same line. */
async function mergeOfConflicts() {
  for (const name of ['one-side', 'other-side']) {
    await send(addBranch, { body: { name } });
    const body = { changes: [{ save: { path: 'README.md', content: name } }], branch: name };
    await send(commits, { body });
  }
  return merging({ source: 'one-side', target: 'other-side' });
}

const compare = `GET ${workspace}/compare`;
const comparing = (query: string) => send(compare, { query: `?base=main&${query}` });
const comparisons: StatusRow[] = [
  [compare, 'invalid_ref', () => comparing('head=a..b'), ['query', 'head']],
  [compare, 'invalid_path', () => comparing('path=../a'), ['query', 'path']],
  [compare, 'unreadable_file', () => send(compare, { query: '?base=guarded&path=bad.ipynb' })],
];

const restore = 'POST /documents/{notebook_id}/versions/{version_id}/restore';
const restores: StatusRow[] = [
  [
    restore,
    'branch_protected',
    async () => send(restore, { ...(await versionOn('guarded')), token: editor.token }),
  ],
  [restore, 'workspace_archived', () => sendToArchived(restore, {})],
  [
    restore,
    'base_sha_conflict',
    async () => send(restore, { ...(await versionOn('main')), body: { base_sha: blob } }),
  ],
  [restore, 'unreadable_file', async () => send(restore, await versionOn('main', 'bad.ipynb'))],
];

/** The ids of a version of a notebook on a branch. */
async function versionOn(branch: string, path: string = demo.notebookPath) {
  const { prisma, indexer } = at.gateway.services;
  await indexer.ensure(demo.repositoryId, branch);
  const { id, documentId } = await prisma.fileVersion.findFirstOrThrow({
    where: { repositoryId: demo.repositoryId, branch, path },
  });
  return { version_id: id, notebook_id: documentId! };
}

const links = 'POST /documents/{notebook_id}/links';
const versions = 'GET /documents/{notebook_id}/versions';
const unlink = 'DELETE /documents/{notebook_id}/links/{link_id}';
const link = { target_type: 'repository', target_id: demo.repositoryId };
const malformedBranch = { name: 'x', default_repository_id: demo.repositoryId, default_branch: 'a..b' };
const patch = `PATCH ${workspace}`;
const access = `PUT ${workspace}/access`;

itAnswersEachError('files', [
  ['POST /workspaces', 'invalid_ref', () => send('POST /workspaces', { body: malformedBranch })],
  [patch, 'invalid_ref', () => send(patch, { body: { default_branch: 'a..b' } })],
  [patch, 'workspace_archived', () => sendToArchived(patch, { name: 'x' })],
  [access, 'workspace_archived', () => sendToArchived(access, { grants: [] })],
  ...lists,
  ...finding,
  ...reads,
  ...creates,
  ...saves,
  ...renames,
  ...removals,
  ...raws,
  ...branches,
  ...merged,
  ...comparisons,
  ...restores,
  ...guarded.map(([route, options]): StatusRow => [route, 'precondition_failed', () => send(route, options)]),
  [links, 'already_exists', () => send(links, { body: link }).then(() => send(links, { body: link }))],
  [links, 'workspace_archived', () => sendToArchived(links, link)],
  [unlink, 'workspace_archived', () => sendToArchived(unlink)],
  [versions, 'invalid_ref', () => send(versions, { query: '?branch=a..b' })],
]);
