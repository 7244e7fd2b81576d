import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openTestDatabase } from '../support/database.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
let gitdir: string;
beforeAll(async () => {
  at = await openTestGateway({ database: await openTestDatabase() });
  gitdir = join(at.dataDir, 'repositories', `${demo.repositoryId}.git`);
});
afterAll(() => at.close());

const base = `/workspaces/${demo.workspaceId}`;
const git = (...args: string[]) => execFileSync('git', ['-C', gitdir, ...args], { encoding: 'utf8' }).trim();
const cell = (source: string) => ({
  id: 'a',
  cell_type: 'code',
  metadata: {},
  source,
  outputs: [],
  execution_count: null,
});
const notebook = (source: string) => ({
  cells: [cell(source)],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});
const createNotebook = async (path: string, source = 'x = 1') =>
  (await at.rest('POST', `${base}/files`, { body: { path, branch: 'main', notebook: notebook(source) } }))
    .body;

describe('a notebook', () => {
  it('is created, listed, read and saved as a version', async () => {
    const made = await at.rest('POST', `${base}/files`, {
      body: {
        path: 'notebooks/a.ipynb',
        branch: 'main',
        notebook: notebook('a\nb'),
        commit_message: 'First',
      },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      kind: 'notebook',
      path: 'notebooks/a.ipynb',
      branch: 'main',
      ref: 'main',
      repository_id: demo.repositoryId,
      workspace_id: demo.workspaceId,
      version: { commit_message: 'First', branch: 'main', author: { email: 'admin@localhost' } },
    });
    expect(made.body.notebook.cells[0].source).toBe('a\nb');

    const list = await at.rest('GET', `${base}/files?ref=main`);
    const entry = list.body.items.find((item: { path: string }) => item.path === 'notebooks/a.ipynb');
    expect(entry).toEqual({
      path: 'notebooks/a.ipynb',
      name: 'a.ipynb',
      kind: 'notebook',
      size: made.body.size,
      sha: made.body.sha,
      notebook_id: made.body.notebook_id,
      last_commit_sha: made.body.commit_sha,
      updated_at: expect.stringMatching(/Z$/),
    });
    expect(list.body.items.map((item: { path: string }) => item.path)).toEqual(
      [...list.body.items.map((item: { path: string }) => item.path)].sort(),
    );

    const { version: _version, ...written } = made.body;
    const read = await at.rest('GET', `${base}/file?path=notebooks/a.ipynb`);
    expect(read.body).toEqual(written);
    expect(read.headers.get('etag')).toBe(`"${made.body.sha}"`);

    const saved = await at.rest('PUT', `${base}/file`, {
      body: { path: 'notebooks/a.ipynb', branch: 'main', base_sha: made.body.sha, notebook: notebook('c') },
    });
    expect(saved.status).toBe(200);
    expect(saved.body).toMatchObject({
      notebook_id: made.body.notebook_id,
      version: {
        commit_message: 'Update notebooks/a.ipynb',
        sha: saved.body.sha,
        commit_sha: saved.body.commit_sha,
      },
    });
    expect(git('rev-parse', 'main:notebooks/a.ipynb')).toBe(saved.body.sha);
    expect(git('log', '-1', '--format=%an <%ae>|%cn|%s', saved.body.commit_sha)).toBe(
      'Admin <admin@localhost>|Notebook Gateway|Update notebooks/a.ipynb',
    );

    const old = await at.rest('GET', `${base}/file?path=notebooks/a.ipynb&ref=${made.body.commit_sha}`);
    expect(old.body).toMatchObject({ sha: made.body.sha, commit_sha: made.body.commit_sha, branch: null });
    expect(old.body.notebook_id).toBe(made.body.notebook_id);
  });

  it('is made empty when none is given', async () => {
    const made = await at.rest('POST', `${base}/files`, { body: { path: 'empty.ipynb' } });
    expect(made.body.notebook).toEqual({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });
  });

  it('answers 304 to its ETag', async () => {
    const { sha } = await createNotebook('etag.ipynb');
    const known = await at.rest('GET', `${base}/file?path=etag.ipynb`, {
      headers: { 'if-none-match': `"${sha}"` },
    });
    expect(known.status).toBe(304);
    const other = await at.rest('GET', `${base}/file?path=etag.ipynb`, {
      headers: { 'if-none-match': '"x"' },
    });
    expect(other.status).toBe(200);
  });

  it('saved again with the same bytes makes no version and no commit', async () => {
    const made = await createNotebook('same.ipynb');
    const before = git('rev-parse', 'main');
    const again = await at.rest('PUT', `${base}/file`, {
      body: { path: 'same.ipynb', notebook: notebook('x = 1') },
    });
    expect(again).toMatchObject({
      status: 200,
      body: { version: null, sha: made.sha, commit_sha: made.commit_sha },
    });
    expect(git('rev-parse', 'main')).toBe(before);
  });

  it('keeps number tokens through read and save', async () => {
    const text =
      '{"cells":[],"metadata":{"a":1.0,"b":1e-05,"c":12345678901234567890},"nbformat":4,"nbformat_minor":5}';
    await at.rest('POST', `${base}/files`, { raw: `{"path":"numbers.ipynb","notebook":${text}}` });
    expect(git('show', 'main:numbers.ipynb')).toContain(
      '"a": 1.0,\n  "b": 1e-05,\n  "c": 12345678901234567890',
    );
    const response = await fetch(
      `${at.url}/api/v1.0/engagement/spaces/demo/notebooks${base}/file?path=numbers.ipynb`,
      { headers: { authorization: `Bearer ${at.token}` } },
    );
    expect(await response.text()).toContain('"a":1.0,"b":1e-05,"c":12345678901234567890');
  });
});

describe('a text file', () => {
  it('is created, read, saved and renamed', async () => {
    const made = await at.rest('POST', `${base}/authoring-files`, {
      body: { path: 'src/a.py', content: 'a = 1\n' },
    });
    expect(made).toMatchObject({
      status: 201,
      body: { kind: 'text', content: 'a = 1\n', notebook_id: null },
    });
    const saved = await at.rest('PUT', `${base}/authoring-file`, {
      body: { path: 'src/a.py', content: 'é\r\n', base_sha: made.body.sha },
    });
    expect(saved.body.content).toBe('é\r\n');
    const renamed = await at.rest('POST', `${base}/authoring-file/rename`, {
      body: { path: 'src/a.py', new_path: 'lib/b.py', base_sha: saved.body.sha },
    });
    expect(renamed).toMatchObject({
      status: 200,
      body: { path: 'lib/b.py', version: { commit_message: 'Rename src/a.py to lib/b.py' } },
    });
    expect((await at.rest('GET', `${base}/authoring-file?path=src/a.py`)).status).toBe(404);
    expect((await at.rest('GET', `${base}/authoring-file?path=lib/b.py`)).body.content).toBe('é\r\n');
    const all = await at.rest('GET', `${base}/files?kind=all`);
    expect(all.body.items.map((item: { path: string }) => item.path)).toContain('lib/b.py');
  });
});

it('a list is sorted by code points, whatever the locale of the database', async () => {
  const names = [
    'order/B.ipynb',
    'order/_.ipynb',
    'order/a-b.ipynb',
    'order/a/b.ipynb',
    'order/ab.ipynb',
    'order/é.ipynb',
  ];
  for (const path of names.toReversed()) await createNotebook(path);
  const list = await at.rest('GET', `${base}/files`);
  const paths = list.body.items.map((item: { path: string }) => item.path);
  expect(paths.filter((path: string) => path.startsWith('order/'))).toEqual(names);
});

it('a rename keeps the notebook id, and a new file at the old path gets another', async () => {
  const made = await createNotebook('before.ipynb', 'rename me');
  const renamed = await at.rest('POST', `${base}/authoring-file/rename`, {
    body: { path: 'before.ipynb', new_path: 'after.ipynb' },
  });
  expect(renamed.body.notebook_id).toBe(made.notebook_id);
  const fresh = await createNotebook('before.ipynb', 'someone else');
  expect(fresh.notebook_id).not.toBe(made.notebook_id);
});

it('a commit that was pushed from outside is read, listed and gets ids', async () => {
  const made = await createNotebook('pushed.ipynb', 'ours');
  const clone = await mkdtemp(join(tmpdir(), 'clone-'));
  try {
    const run = (...args: string[]) =>
      execFileSync('git', ['-C', clone, '-c', 'user.name=Out', '-c', 'user.email=out@example.com', ...args]);
    execFileSync('git', ['clone', '-q', gitdir, clone]);
    run('mv', 'pushed.ipynb', 'moved.ipynb');
    run('commit', '-qm', 'Move it');
    run('push', '-q', 'origin', 'HEAD:main');
  } finally {
    await rm(clone, { recursive: true });
  }
  const read = await at.rest('GET', `${base}/file?path=moved.ipynb`);
  expect(read).toMatchObject({ status: 200, body: { notebook_id: made.notebook_id, sha: made.sha } });
  expect(read.body.commit_sha).toBe(git('rev-parse', 'main'));
});

describe('conflicts', () => {
  it('a wrong base_sha is 409 with the current one, and nothing is written', async () => {
    const made = await createNotebook('conflict.ipynb');
    const before = git('rev-parse', 'main');
    const wrong = '0'.repeat(40);
    const answer = await at.rest('PUT', `${base}/file`, {
      body: { path: 'conflict.ipynb', branch: 'main', base_sha: wrong, notebook: notebook('y') },
    });
    expect(answer).toMatchObject({
      status: 409,
      body: {
        code: 'base_sha_conflict',
        path: 'conflict.ipynb',
        branch: 'main',
        base_sha: wrong,
        current_sha: made.sha,
      },
    });
    expect(git('rev-parse', 'main')).toBe(before);
  });

  it('a path that exists is 409 file_exists, a file that is missing 404', async () => {
    await createNotebook('taken.ipynb');
    expect(await at.rest('POST', `${base}/files`, { body: { path: 'taken.ipynb' } })).toMatchObject({
      status: 409,
      body: { code: 'file_exists' },
    });
    expect(
      await at.rest('PUT', `${base}/file`, { body: { path: 'no.ipynb', notebook: notebook('') } }),
    ).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('20 concurrent saves of 20 files on one branch leave 20 commits', async () => {
    const paths = Array.from({ length: 20 }, (_, i) => `many/${i}.ipynb`);
    for (const path of paths) await createNotebook(path);
    const before = git('rev-parse', 'main');
    const answers = await Promise.all(
      paths.map((path) => at.rest('PUT', `${base}/file`, { body: { path, notebook: notebook(path) } })),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200));
    expect(git('rev-list', '--count', `${before}..main`)).toBe('20');
    for (const { body } of answers) expect(git('rev-parse', `main:${body.path}`)).toBe(body.sha);
  });

  it('20 saves of one file with the same base_sha leave one, and 19 answer 409', async () => {
    const { sha } = await createNotebook('race.ipynb');
    const before = git('rev-parse', 'main');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        at.rest('PUT', `${base}/file`, {
          body: { path: 'race.ipynb', base_sha: sha, notebook: notebook(`v${i}`) },
        }),
      ),
    );
    const won = answers.filter((answer) => answer.status === 200);
    expect(won).toHaveLength(1);
    const lost = answers.filter((answer) => answer.status === 409);
    expect(lost).toHaveLength(19);
    for (const { body } of lost) expect(body.current_sha).toBe(won[0]!.body.sha);
    expect(git('rev-list', '--count', `${before}..main`)).toBe('1');
  });
});

describe('bad input is 400 naming the field, and writes nothing', () => {
  it.each([
    '/etc/passwd.ipynb',
    '../x.ipynb',
    'a/../b.ipynb',
    './a.ipynb',
    'a//b.ipynb',
    '.git/a.ipynb',
    'a/.GIT/b.ipynb',
    'git~1/a.ipynb',
    'a\\b.ipynb',
    'a\u0000.ipynb',
    'a\u200b/../.ipynb',
    `${'x'.repeat(256)}.ipynb`,
    'cafe\u0301.ipynb',
    'plain.txt',
  ])('the path %j', async (path) => {
    const before = git('rev-parse', 'main');
    const answer = await at.rest('POST', `${base}/files`, { body: { path } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_path' } });
    expect(answer.body.errors[0].loc).toEqual(['body', 'path']);
    expect(git('rev-parse', 'main')).toBe(before);
  });

  it.each(['../../HEAD', 'a..b', '-x', 'main~1', 'a b', 'x.lock', 'a@{0}'])(
    'the branch %j',
    async (branch) => {
      const answer = await at.rest('POST', `${base}/files`, { body: { path: 'b.ipynb', branch } });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_ref' } });
    },
  );

  it('an unknown ref is 404', async () => {
    for (const ref of ['nope', '0'.repeat(40)]) {
      expect((await at.rest('GET', `${base}/file?path=empty.ipynb&ref=${ref}`)).status).toBe(404);
    }
  });

  it('a notebook with faults, each with its JSON path', async () => {
    const bad = { ...notebook('x'), cells: [{ ...cell('x'), cell_type: 'poem' }, cell('y')] };
    const answer = await at.rest('POST', `${base}/files`, { body: { path: 'bad.ipynb', notebook: bad } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_notebook' } });
    expect(answer.body.errors[0].loc.slice(0, 4)).toEqual(['body', 'notebook', 'cells', 0]);
    const older = { ...notebook('x'), nbformat: 3 };
    expect(
      await at.rest('POST', `${base}/files`, { body: { path: 'bad.ipynb', notebook: older } }),
    ).toMatchObject({
      status: 400,
      body: { code: 'invalid_notebook' },
    });
    const twice = { ...notebook('x'), cells: [cell('x'), cell('y')] };
    expect(
      (await at.rest('POST', `${base}/files`, { body: { path: 'bad.ipynb', notebook: twice } })).status,
    ).toBe(400);
  });

  it('content of the other kind, and a malformed base_sha', async () => {
    const text = await at.rest('POST', `${base}/authoring-files`, {
      body: { path: 'x.ipynb', content: 'x' },
    });
    expect(text.body.errors[0].loc).toEqual(['body', 'content']);
    const both = await at.rest('POST', `${base}/authoring-files`, { body: { path: 'x.md', notebook: {} } });
    expect(both.body.errors[0].loc).toEqual(['body', 'notebook']);
    const sha = await at.rest('PUT', `${base}/file`, {
      body: { path: 'x.ipynb', base_sha: 'abc', notebook: notebook('') },
    });
    expect(sha).toMatchObject({ status: 400, body: { errors: [{ loc: ['body', 'base_sha'] }] } });
  });

  it('a text path on the notebook endpoint', async () => {
    const answer = await at.rest('GET', `${base}/file?path=README.md`);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_path', errors: [{ loc: ['query', 'path'] }] },
    });
  });
});

it('a body over 64 MiB is 413', async () => {
  const content = 'x'.repeat(65 * 1024 * 1024);
  const answer = await at.rest('POST', `${base}/authoring-files`, { body: { path: 'big.txt', content } });
  expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
});

it('a stored notebook that is not valid is listed, and 409 to read', async () => {
  const clone = await mkdtemp(join(tmpdir(), 'clone-'));
  try {
    execFileSync('git', ['clone', '-q', gitdir, clone]);
    execFileSync(
      'sh',
      ['-c', 'printf "no json" > broken.ipynb && git add . && git commit -qm broken && git push -q'],
      {
        cwd: clone,
        env: {
          ...process.env,
          GIT_AUTHOR_NAME: 'Out',
          GIT_AUTHOR_EMAIL: 'out@example.com',
          GIT_COMMITTER_NAME: 'Out',
          GIT_COMMITTER_EMAIL: 'out@example.com',
        },
      },
    );
  } finally {
    await rm(clone, { recursive: true });
  }
  const list = await at.rest('GET', `${base}/files`);
  expect(list.body.items.map((item: { path: string }) => item.path)).toContain('broken.ipynb');
  expect(await at.rest('GET', `${base}/file?path=broken.ipynb`)).toMatchObject({
    status: 409,
    body: { code: 'unreadable_file' },
  });
  const git = await at.gateway.services.git.repository(demo.repositoryId);
  const tip = () => git.resolveBranch('main');
  const before = await tip();
  expect(
    await at.rest('POST', `${base}/authoring-file/rename`, {
      body: { path: 'broken.ipynb', new_path: 'whole.ipynb' },
    }),
  ).toMatchObject({ status: 409, body: { code: 'unreadable_file' } });
  expect(await tip()).toBe(before);
});

it('permissions: a viewer reads and does not write; a protected branch takes writes of admins only', async () => {
  const viewer = await at.user('viewer');
  expect((await at.rest('GET', `${base}/files`, { token: viewer.token })).status).toBe(200);
  const body = { path: 'v.ipynb' };
  expect(await at.rest('POST', `${base}/files`, { body, token: viewer.token })).toMatchObject({
    status: 403,
    body: { code: 'forbidden' },
  });
  const editor = await at.user('editor');
  const { prisma } = at.gateway.services;
  const where = { repositoryId: demo.repositoryId, name: 'main' };
  await prisma.protectedBranch.create({ data: where });
  try {
    expect(await at.rest('POST', `${base}/files`, { body, token: editor.token })).toMatchObject({
      status: 403,
      body: { code: 'branch_protected' },
    });
    expect((await at.rest('POST', `${base}/files`, { body })).status).toBe(201);
  } finally {
    await prisma.protectedBranch.deleteMany({ where });
  }
});

it('an archived workspace is read and not written', async () => {
  const { prisma } = at.gateway.services;
  await prisma.workspace.update({ where: { id: demo.workspaceId }, data: { archivedAt: new Date() } });
  try {
    expect((await at.rest('GET', `${base}/files`)).status).toBe(200);
    expect(await at.rest('POST', `${base}/files`, { body: { path: 'late.ipynb' } })).toMatchObject({
      status: 409,
      body: { code: 'workspace_archived' },
    });
  } finally {
    await prisma.workspace.update({ where: { id: demo.workspaceId }, data: { archivedAt: null } });
  }
});

it('afterwards native git finds nothing wrong and clones', async () => {
  git('fsck', '--full', '--strict');
  const clone = await mkdtemp(join(tmpdir(), 'clone-'));
  try {
    execFileSync('git', ['clone', '-q', gitdir, clone]);
    expect(await readFile(join(clone, 'README.md'), 'utf8')).toContain('# Demo');
  } finally {
    await rm(clone, { recursive: true });
  }
});
