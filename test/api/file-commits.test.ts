import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const git = (...args: string[]) =>
  execFileSync('git', ['-C', join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), ...args], {
    encoding: 'utf8',
  }).trim();
const target = `spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }`;
const notebook = (source: string) => ({
  cells: [{ id: 'a', cell_type: 'markdown', metadata: {}, source }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});
const create = async (path: string, source: string) =>
  (
    await at.rest('POST', `/workspaces/${demo.workspaceId}/files`, {
      body: { path, notebook: notebook(source) },
    })
  ).body;
const save = async (path: string, source: string) =>
  (
    await at.rest('PUT', `/workspaces/${demo.workspaceId}/file`, {
      body: { path, notebook: notebook(source) },
    })
  ).body;

describe('commitFiles', () => {
  const mutation = `mutation($input: CommitFilesInput!) {
    commitFiles(${target}, input: $input) { commitSha parentSha changed } }`;

  it('writes several changes as one commit', async () => {
    await create('one.ipynb', 'one');
    await create('two.ipynb', 'two');
    const before = git('rev-parse', 'main');
    const changes = [
      { create: { path: 'three.txt', content: '3' } },
      { save: { path: 'one.ipynb', notebook: notebook('uno') } },
      { rename: { path: 'two.ipynb', newPath: 'zwei.ipynb' } },
      { delete: { path: 'README.md' } },
    ];
    const { data } = await at.graphql(mutation, { input: { changes, commitMessage: 'Several changes' } });
    expect(data.commitFiles).toEqual({
      commitSha: git('rev-parse', 'main'),
      parentSha: before,
      changed: true,
    });
    expect(git('rev-list', '--count', `${before}..main`)).toBe('1');
    expect(git('ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual([
      'notebooks/welcome.ipynb',
      'one.ipynb',
      'three.txt',
      'zwei.ipynb',
    ]);
  });

  it('keeps each notebook id when it renames files of equal content', async () => {
    const alike = [await create('in/left.ipynb', 'alike'), await create('in/right.ipynb', 'alike')];
    const [left, right] = alike.map(({ notebook_id }) => notebook_id);
    const changes = [
      { rename: { path: 'in/left.ipynb', newPath: 'out/left.ipynb' } },
      { rename: { path: 'in/right.ipynb', newPath: 'a-right.ipynb' } },
    ];
    await at.graphql(mutation, { input: { changes, commitMessage: 'Apart' } });
    const idAt = async (path: string) =>
      (await at.rest('GET', `/workspaces/${demo.workspaceId}/file?path=${path}`)).body.notebook_id;
    expect(await idAt('out/left.ipynb')).toBe(left);
    expect(await idAt('a-right.ipynb')).toBe(right);
  });

  it('writes nothing when one change fails, and names that change', async () => {
    const before = git('rev-parse', 'main');
    const changes = [{ create: { path: 'new.txt', content: '' } }, { create: { path: '../x', content: '' } }];
    const bad = await at.graphql(mutation, { input: { changes, commitMessage: 'x' } });
    expect(bad.errors?.[0]?.extensions).toMatchObject({
      code: 'invalid_path',
      errors: [{ path: ['changes', 1, 'create', 'path'] }],
    });
    const taken = [{ create: { path: 'new.txt', content: '' } }, { create: { path: 'one.ipynb' } }];
    const refused = await at.graphql(mutation, { input: { changes: taken, commitMessage: 'x' } });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'file_exists', path: 'one.ipynb' });
    expect(git('rev-parse', 'main')).toBe(before);
  });

  it.each([
    ['create', { path: 'one.ipynb' }, 409, 'file_exists', 'one.ipynb'],
    ['rename', { path: 'one.ipynb', new_path: 'three.ipynb' }, 409, 'file_exists', 'three.ipynb'],
    ['save', { path: 'no.txt', content: '' }, 404, 'not_found', 'no.txt'],
    ['delete', { path: 'no.txt' }, 404, 'not_found', 'no.txt'],
    ['rename', { path: 'no.txt', new_path: 'new.txt' }, 404, 'not_found', 'no.txt'],
  ])(
    'names the path of the file when %s finds one too many or none: %o',
    async (name, change, status, code, path) => {
      await create('three.ipynb', 'three');
      const changes = [{ create: { path: 'other.txt', content: '' } }, { [name]: change }];
      const body = { changes, commit_message: 'x' };
      const refused = await at.rest('POST', `/workspaces/${demo.workspaceId}/commits`, { body });
      expect(refused).toMatchObject({ status, body: { code, path } });
    },
  );

  it('names the change also when only the tree shows what is wrong with it', async () => {
    const before = git('rev-parse', 'main');
    const good = { create: { path: 'new.txt', content: '' } };
    const faults: [object, string[], string][] = [
      [{ create: { path: 'notebooks', content: '' } }, ['create', 'path'], 'is a folder'],
      [{ save: { path: 'notebooks', content: '' } }, ['save', 'path'], 'is a folder'],
      [{ delete: { path: 'notebooks' } }, ['delete', 'path'], 'is a folder'],
      [
        { rename: { path: 'new.txt', newPath: 'three.txt/x' } },
        ['rename', 'newPath'],
        'leads through a file',
      ],
      [
        { create: { path: 'NEW.txt', content: '' } },
        ['create', 'path'],
        'differs from a name beside it only in case or normalization',
      ],
    ];
    for (const [change, path, message] of faults) {
      const input = { changes: [good, change], commitMessage: 'x' };
      const refused = await at.graphql(mutation, { input });
      expect(refused.errors?.[0]).toMatchObject({
        message: `changes.1.${path.join('.')}: ${message}`,
        extensions: { code: 'invalid_path', errors: [{ path: ['changes', 1, ...path], message }] },
      });
    }
    expect(git('rev-parse', 'main')).toBe(before);
  });

  it('reports the faults of the branch, of all changes and of the message at the same time', async () => {
    const changes = [
      { create: { path: 'n.ipynb', content: '' } },
      { save: { path: '../x', content: '', baseSha: 'x' } },
    ];
    const input = { branch: 'a..b', changes, commitMessage: 'x'.repeat(10_001) };
    const refused = await at.graphql(mutation, { input });
    expect(refused.errors?.[0]?.extensions.errors.map(({ path }: any) => path.join('.'))).toEqual([
      'branch',
      'changes.0.create.content',
      'changes.1.save.path',
      'changes.1.save.baseSha',
      'commitMessage',
    ]);
  });
});

it('deleteFile removes the file and keeps its versions', async () => {
  const made = await create('gone.ipynb', 'x');
  const wrong = await at.graphql(
    `mutation { deleteFile(${target}, input: { path: "gone.ipynb", baseSha: "${'0'.repeat(40)}" }) { changed } }`,
  );
  expect(wrong.errors?.[0]?.extensions).toMatchObject({ code: 'base_sha_conflict', currentSha: made.sha });
  const gone = await at.graphql(
    `mutation { deleteFile(${target}, input: { path: "gone.ipynb" }) { changed } }`,
  );
  expect(gone.data.deleteFile.changed).toBe(true);
  expect((await at.rest('GET', `/workspaces/${demo.workspaceId}/file?path=gone.ipynb`)).status).toBe(404);
  const versions = await at.rest('GET', `/documents/${made.notebook_id}/versions`);
  expect(versions.body.items.map((version: { sha: string }) => version.sha)).toEqual([made.sha]);
});

it('restoreVersion writes a new commit, also after a rename and a deletion', async () => {
  const first = await create('history.ipynb', 'first');
  const second = await save('history.ipynb', 'second');
  await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-file/rename`, {
    body: { path: 'history.ipynb', new_path: 'renamed.ipynb' },
  });
  const restore = `mutation($id: ID!) { restoreVersion(${target}, input: { versionId: $id }) {
    file { path sha notebookId } version { commitMessage } } }`;
  const restored = await at.graphql(restore, { id: first.version.id });
  expect(restored.data.restoreVersion).toEqual({
    file: { path: 'renamed.ipynb', sha: first.sha, notebookId: first.notebook_id },
    version: { commitMessage: `Restore renamed.ipynb to ${first.commit_sha.slice(0, 12)}` },
  });
  const list = await at.rest('GET', `/documents/${first.notebook_id}/versions`);
  expect(
    list.body.items.map((version: { path: string; sha: string }) => [version.path, version.sha]),
  ).toEqual([
    ['renamed.ipynb', first.sha],
    ['renamed.ipynb', second.sha],
    ['history.ipynb', second.sha],
    ['history.ipynb', first.sha],
  ]);
  await at.graphql(`mutation { deleteFile(${target}, input: { path: "renamed.ipynb" }) { changed } }`);
  const back = await at.graphql(restore, { id: second.version.id });
  expect(back.data.restoreVersion.file).toMatchObject({ sha: second.sha, notebookId: first.notebook_id });
  const unknown = await at.graphql(restore, { id: demo.workspaceId });
  expect(unknown.errors?.[0]?.extensions.code).toBe('not_found');
});

describe('notebook links', () => {
  it('are created, listed from both sides, and deleted; a second one to the same target is 409', async () => {
    const { prisma } = at.gateway.services;
    const product = await prisma.catalogEntry.create({
      data: { spaceId: demo.spaceId, type: 'product', name: 'Card' },
    });
    const made = await create('linked.ipynb', 'x');
    const path = `/documents/${made.notebook_id}/links`;
    const body = { target_type: 'product', target_id: product.id };
    const link = await at.rest('POST', path, { body });
    expect(link).toMatchObject({
      status: 201,
      body: {
        notebook_id: made.notebook_id,
        target_type: 'product',
        target_id: product.id,
        target_name: 'Card',
      },
    });
    expect(await at.rest('POST', path, { body })).toMatchObject({
      status: 409,
      body: { code: 'already_exists' },
    });
    const repository = await at.rest('POST', path, {
      body: { target_type: 'repository', target_id: demo.repositoryId },
    });
    expect(repository.body.target_name).toBe('welcome');
    const list = await at.rest('GET', path);
    expect(list.body.items).toEqual([repository.body, link.body]);
    const reverse = `{ space(slug: "demo") { linkedNotebooks(targetType: product, targetId: "${product.id}") {
      nodes { id } totalCount } } }`;
    const linked = await at.graphql(reverse);
    expect(linked.data.space.linkedNotebooks).toEqual({ nodes: [{ id: made.notebook_id }], totalCount: 1 });
    expect((await at.rest('DELETE', `${path}/${link.body.id}`)).status).toBe(204);
    expect((await at.rest('DELETE', `${path}/${link.body.id}`)).status).toBe(404);
    expect((await at.rest('GET', path)).body.total).toBe(1);
  });

  it('to a target of another space or of another type are 400', async () => {
    const { prisma } = at.gateway.services;
    const space = await prisma.space.create({ data: { slug: 'other', name: 'Other' } });
    const foreign = await prisma.catalogEntry.create({
      data: { spaceId: space.id, type: 'product', name: 'Foreign' },
    });
    const made = await create('unlinked.ipynb', 'x');
    for (const body of [
      { target_type: 'product', target_id: foreign.id },
      { target_type: 'use_case', target_id: demo.repositoryId },
      { target_type: 'product', target_id: 'x' },
    ]) {
      const answer = await at.rest('POST', `/documents/${made.notebook_id}/links`, { body });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ loc: ['body', 'target_id'] }] } });
    }
    expect((await at.rest('GET', `/documents/${demo.spaceId}/links`)).status).toBe(404);
  });

  it('never reveal the name of a repository that the caller may not view', async () => {
    const { prisma } = at.gateway.services;
    const { id: repositoryId } = await makeRepository(at, { name: 'merger' });
    const workspace = await makeWorkspace(at, { defaultRepositoryId: repositoryId, visibility: 'private' });
    await at.rest('PUT', `/workspaces/${demo.workspaceId}/access`, {
      body: { visibility: 'space', grants: [] },
    });
    const { token } = await makeUser(at, { role: 'editor' });
    const made = await create('secret.ipynb', 'x');
    const path = `/documents/${made.notebook_id}/links`;
    const link = (target_id: string, as?: string) =>
      at.rest('POST', path, {
        token: as,
        headers: { 'x-request-id': 'the-same' },
        body: { target_type: 'repository', target_id },
      });
    const refused = await link(repositoryId, token);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ loc: ['body', 'target_id'] }] } });
    expect((await link(demo.spaceId, token)).body).toEqual(refused.body);

    expect((await link(repositoryId)).body.target_name).toBe('merger');
    const names = async (as?: string) =>
      (await at.rest('GET', path, { token: as })).body.items.map(
        ({ target_name }: { target_name: string | null }) => target_name,
      );
    expect(await names()).toEqual(['merger']);
    expect(await names(token)).toEqual([null]);
    await prisma.workspace.update({ where: { id: workspace.id }, data: { visibility: 'space' } });
    expect(await names(token)).toEqual(['merger']);
    expect((await link(repositoryId, token)).status).toBe(409);
  });
});
