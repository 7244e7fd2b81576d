import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { at, base, createNotebook, git, gitdir, notebook, setUpFiles } from './files-fixture.js';

setUpFiles();

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

  it('is created empty when the body has none', async () => {
    const made = await at.rest('POST', `${base}/files`, { body: { path: 'empty.ipynb' } });
    expect(made.body.notebook).toEqual({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });
  });

  it('answers 304 to its ETag in If-None-Match', async () => {
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

  it('saved again with the same bytes creates no version and no commit', async () => {
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

  it('keeps its number tokens through read and save', async () => {
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

it('a list is sorted by code points in every locale of the database', async () => {
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

it('a rename keeps the notebook id, and a new file at the old path gets a new id', async () => {
  const made = await createNotebook('before.ipynb', 'rename me');
  const renamed = await at.rest('POST', `${base}/authoring-file/rename`, {
    body: { path: 'before.ipynb', new_path: 'after.ipynb' },
  });
  expect(renamed.body.notebook_id).toBe(made.notebook_id);
  const fresh = await createNotebook('before.ipynb', 'someone else');
  expect(fresh.notebook_id).not.toBe(made.notebook_id);
});

it('files of a pushed commit are read, listed and given ids', async () => {
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
  it('a wrong base_sha answers 409 with the current one, and writes nothing', async () => {
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

  it('a path that exists answers 409 file_exists, and a missing file 404', async () => {
    await createNotebook('taken.ipynb');
    expect(await at.rest('POST', `${base}/files`, { body: { path: 'taken.ipynb' } })).toMatchObject({
      status: 409,
      body: { code: 'file_exists' },
    });
    expect(
      await at.rest('PUT', `${base}/file`, { body: { path: 'no.ipynb', notebook: notebook('') } }),
    ).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('20 concurrent saves of 20 files on one branch create 20 commits', async () => {
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

  it('of 20 concurrent saves of one file with the same base_sha one succeeds and 19 answer 409', async () => {
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

it('git fsck and git clone succeed after all tests', async () => {
  git('fsck', '--full', '--strict');
  const clone = await mkdtemp(join(tmpdir(), 'clone-'));
  try {
    execFileSync('git', ['clone', '-q', gitdir, clone]);
    expect(await readFile(join(clone, 'README.md'), 'utf8')).toContain('# Demo');
  } finally {
    await rm(clone, { recursive: true });
  }
});
