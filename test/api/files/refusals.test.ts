import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeUser } from '../../support/factories/make-user.js';
import { at, base, cell, createNotebook, git, gitdir, notebook, setUpFiles } from './files-fixture.js';

setUpFiles();

describe('bad input answers 400, names the field and writes nothing', () => {
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
  ])('for the path %j', async (path) => {
    const before = git('rev-parse', 'main');
    const answer = await at.rest('POST', `${base}/files`, { body: { path } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_path' } });
    expect(answer.body.errors[0].loc).toEqual(['body', 'path']);
    expect(git('rev-parse', 'main')).toBe(before);
  });

  it.each(['../../HEAD', 'a..b', '-x', 'main~1', 'a b', 'x.lock', 'a@{0}'])(
    'for the branch %j',
    async (branch) => {
      const answer = await at.rest('POST', `${base}/files`, { body: { path: 'b.ipynb', branch } });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_ref' } });
    },
  );

  it('for all fields of a write at the same time', async () => {
    const body = { path: '../x.ipynb', branch: 'a..b', base_sha: 'x', commit_message: 'x'.repeat(10_001) };
    const answer = await at.rest('PUT', `${base}/file`, { body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_path' } });
    expect(answer.body.errors.map(({ loc }: { loc: string[] }) => loc.join('.'))).toEqual([
      'body.path',
      'body.branch',
      'body.base_sha',
      'body.notebook',
      'body.commit_message',
    ]);
  });

  it('except an unknown ref, which answers 404', async () => {
    for (const ref of ['nope', '0'.repeat(40)]) {
      expect((await at.rest('GET', `${base}/file?path=empty.ipynb&ref=${ref}`)).status).toBe(404);
    }
  });

  it('for a notebook with faults, each reported with its JSON path', async () => {
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

  it.each([
    ['POST', `${base}/authoring-files`, { path: 'x.ipynb', content: 'x' }, 'content'],
    ['POST', `${base}/authoring-files`, { path: 'x.md', notebook: {} }, 'notebook'],
    ['POST', `${base}/authoring-files`, { path: 'x.md', kind: 'notebook' }, 'path'],
    ['POST', `${base}/files`, { path: 'x.ipynb', content: 'x' }, 'content'],
    ['POST', `${base}/files`, { path: 'x.md', content: 'x' }, 'path'],
    ['PUT', `${base}/authoring-file`, { path: 'x.ipynb', content: 'x' }, 'content'],
    ['PUT', `${base}/authoring-file`, { path: 'x.md', notebook: {} }, 'notebook'],
    ['POST', `${base}/authoring-file/rename`, { path: 'x.md', new_path: 'x.ipynb' }, 'new_path'],
  ])('for the other kind of file: %s %s with %j', async (method, path, body, field) => {
    expect(await at.rest(method, path, { body })).toMatchObject({
      status: 400,
      body: { code: 'invalid_path', errors: [{ loc: ['body', field], type: 'kind_mismatch' }] },
    });
  });

  it.each([
    ['create', { path: 'x.ipynb', content: 'x' }, 'content'],
    ['save', { path: 'x.md', notebook: {} }, 'notebook'],
    ['rename', { path: 'x.md', newPath: 'x.ipynb' }, 'newPath'],
  ])('for the other kind of file in a %s of several changes', async (member, change, field) => {
    const { errors } = await at.graphql(
      `mutation($input: CommitFilesInput!) {
        commitFiles(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) { changed } }`,
      { input: { changes: [{ [member]: change }], commitMessage: 'x' } },
    );
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'invalid_path',
      errors: [{ path: ['changes', 0, member, field], type: 'kind_mismatch' }],
    });
  });

  it('for a malformed base_sha', async () => {
    const sha = await at.rest('PUT', `${base}/file`, {
      body: { path: 'x.ipynb', base_sha: 'abc', notebook: notebook('') },
    });
    expect(sha).toMatchObject({ status: 400, body: { errors: [{ loc: ['body', 'base_sha'] }] } });
  });

  it('for a text path on the notebook endpoint', async () => {
    const answer = await at.rest('GET', `${base}/file?path=README.md`);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_path', errors: [{ loc: ['query', 'path'] }] },
    });
  });

  it('for a folder in place of a file', async () => {
    await createNotebook('folder.ipynb/a.ipynb');
    for (const path of [
      `${base}/authoring-file?path=notebooks`,
      `${base}/file?path=folder.ipynb`,
      `/repositories/${demo.repositoryId}/file?path=folder.ipynb`,
    ]) {
      const answer = await at.rest('GET', path);
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'invalid_path', errors: [{ loc: ['query', 'path'], msg: 'is a folder' }] },
      });
    }
  });

  it.each([
    ['POST', `${base}/files`],
    ['PUT', `${base}/file`],
    ['POST', `/repositories/${demo.repositoryId}/files`],
    ['PUT', `/repositories/${demo.repositoryId}/file`],
  ])('for %s %s with the kind "text", whatever the path', async (method, path) => {
    const before = git('rev-parse', 'main');
    for (const file of ['README.md', 'new.md', 'empty.ipynb']) {
      const body = { path: file, kind: 'text', content: 'x' };
      const answer = await at.rest(method, path, { body });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_path' } });
      expect(answer.body.errors[0].loc).toEqual(['body', 'kind']);
      const plain = await at.rest(method, path, { body: { path: file, kind: null, content: 'x' } });
      expect(plain.status).toBe(400);
    }
    expect(git('rev-parse', 'main')).toBe(before);
  });
});

it('a body over 64 MiB answers 413', async () => {
  const content = 'x'.repeat(65 * 1024 * 1024);
  const answer = await at.rest('POST', `${base}/authoring-files`, { body: { path: 'big.txt', content } });
  expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
});

it('a stored notebook that is not valid is listed, and answers 409 when read', async () => {
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
});

it('a viewer may read and not write, and a protected branch accepts writes of space admins only', async () => {
  const viewer = await makeUser(at, { role: 'viewer' });
  expect((await at.rest('GET', `${base}/files`, { token: viewer.token })).status).toBe(200);
  const body = { path: 'v.ipynb' };
  expect(await at.rest('POST', `${base}/files`, { body, token: viewer.token })).toMatchObject({
    status: 403,
    body: { code: 'forbidden' },
  });
  const editor = await makeUser(at, { role: 'editor' });
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

it('branch protection is checked before the written content', async () => {
  const { prisma, git: store } = at.gateway.services;
  const repository = await store.repository(demo.repositoryId);
  await repository.commit({
    branch: 'main',
    changes: [{ kind: 'create', path: 'damaged.ipynb', bytes: Buffer.from('{') }],
    author: { name: 'A', email: 'a@x' },
    committer: { name: 'A', email: 'a@x' },
    message: 'Broken',
  });
  const { token } = await makeUser(at, { role: 'editor' });
  const rename = (body: object, as?: string) =>
    at.rest('POST', `${base}/authoring-file/rename`, { body, token: as });
  const broken = { path: 'damaged.ipynb', new_path: 'moved.ipynb' };
  const before = await repository.resolveBranch('main');
  const codes = async (answers: Promise<{ body: { code: string } }>[]) =>
    (await Promise.all(answers)).map(({ body }) => body.code);
  expect(
    await codes([
      rename({ ...broken, base_sha: '0'.repeat(40) }, token),
      rename({ ...broken, path: 'missing.ipynb' }, token),
    ]),
  ).toEqual(['base_sha_conflict', 'not_found']);

  const where = { repositoryId: demo.repositoryId, name: 'main' };
  await prisma.protectedBranch.create({ data: where });
  try {
    const bad = { path: 'bad.ipynb', notebook: { cells: 1 } };
    expect(
      await codes([
        rename({ ...broken, base_sha: '0'.repeat(40) }, token),
        rename({ ...broken, new_path: 'CON.ipynb' }, token),
        at.rest('POST', `${base}/files`, { body: bad, token }),
        at.rest('PUT', `${base}/file`, { body: { ...bad, base_sha: '0'.repeat(40) }, token }),
      ]),
    ).toEqual(Array(4).fill('branch_protected'));
    const deletion = `mutation { deleteFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" },
      input: { path: "../x", baseSha: "x" }) { changed } }`;
    expect((await at.graphql(deletion, {}, token)).errors?.[0].extensions.code).toBe('branch_protected');
  } finally {
    await prisma.protectedBranch.deleteMany({ where });
  }
  expect(await repository.resolveBranch('main')).toBe(before);
});

it('an archived workspace can be read and not written', async () => {
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
