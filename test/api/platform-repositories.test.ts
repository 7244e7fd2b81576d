import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { unknownId } from '../support/platform.js';
import {
  admin,
  at,
  editor,
  mutate,
  refused,
  run,
  setUpPlatform,
  space,
  stranger,
  viewer,
} from './platform-fixture.js';

setUpPlatform();

describe('repositories', () => {
  const create = (input: string) =>
    `createRepository(spaceSlug: "demo", input: {${input}}) { id name defaultBranch }`;

  it('accept files as soon as they are created, and a refused one leaves no row and no folder', async () => {
    const made = await mutate(create('name: "models", kind: project, defaultBranch: "trunk"'), admin.token);
    expect(made).toMatchObject({ name: 'models', defaultBranch: 'trunk' });
    const git = await at.gateway.services.git.repository(made.id);
    const readme = await git.readFile(await git.resolveBranch('trunk'), 'README.md');
    expect(Buffer.from(readme!.bytes).toString()).toBe('# models\n');

    const folders = async () => (await readdir(join(at.dataDir, 'repositories'))).length;
    const before = await folders();
    const twice = create('name: "twice", kind: analysis');
    const answers = await Promise.all([1, 2, 3].map(() => at.graphql(`mutation { ${twice} }`)));
    expect(answers.map(({ errors }) => errors?.[0].extensions.code ?? 'ok').sort()).toEqual([
      'already_exists',
      'already_exists',
      'ok',
    ]);
    expect(await folders()).toBe(before + 1);
    for (const name of ['', 'a/b', '.hidden', 'x.git', 'x.LOCK', 'x'.repeat(101), 'a\\n']) {
      expect([name, await refused(create(`name: "${name}", kind: analysis`))]).toEqual([
        name,
        'invalid_request name',
      ]);
    }
    expect(await refused(create('name: "bad", kind: analysis, defaultBranch: "a..b"'))).toBe(
      'invalid_ref defaultBranch',
    );
    expect(await folders()).toBe(before + 1);
  });

  it('leave no row when Git fails to create them', async () => {
    const { prisma } = at.gateway.services;
    const folder = join(at.dataDir, 'repositories');
    await rename(folder, `${folder}.away`);
    try {
      await writeFile(folder, 'no folder');
      expect(await refused(create('name: "failing", kind: analysis'))).toBe('storage_unavailable');
    } finally {
      await rm(folder);
      await rename(`${folder}.away`, folder);
    }
    expect(await prisma.repository.count({ where: { name: 'failing' } })).toBe(0);
    expect(await mutate(create('name: "failing", kind: analysis'))).toMatchObject({ name: 'failing' });
  });

  it('are listed to those who can view them', async () => {
    const hidden = await mutate(create('name: "hidden", kind: analysis'), admin.token);
    const list = async (token?: string) =>
      (await space('repositories(first: 100) { nodes { id } }', token)).repositories.nodes.map(
        (node: { id: string }) => node.id,
      );
    expect(await list(viewer.token)).toContain(hidden.id);
    await run(
      `mutation { createWorkspace(spaceSlug: "demo", input: {name: "mine", defaultRepositoryId: "${hidden.id}"}) { id } }`,
      editor.token,
    );
    expect(await list(viewer.token)).not.toContain(hidden.id);
    expect(await list(viewer.token)).toContain(demo.repositoryId);
    expect(await list(editor.token)).toContain(hidden.id);
    expect(await list(admin.token)).toContain(hidden.id);
  });

  it('can be renamed, and take an existing branch as their default branch', async () => {
    const { id } = await mutate(create('name: "old", kind: analysis'), admin.token);
    const update = (input: string) =>
      `updateRepository(spaceSlug: "demo", id: "${id}", input: {${input}}) { name defaultBranch }`;
    expect(await refused(update('name: "welcome"'), admin.token)).toBe('already_exists name');
    expect(await refused(update('defaultBranch: "next"'), admin.token)).toBe('invalid_request defaultBranch');
    expect(await refused(update('defaultBranch: null'), admin.token)).toBe('invalid_request defaultBranch');
    await mutate(
      `createBranch(spaceSlug: "demo", repositoryId: "${id}", name: "next") { name }`,
      editor.token,
    );
    expect(await mutate(update('name: "new", defaultBranch: "next"'), admin.token)).toEqual({
      name: 'new',
      defaultBranch: 'next',
    });
    const head = await readFile(join(at.dataDir, 'repositories', `${id}.git`, 'HEAD'), 'utf8');
    expect(head).toBe('ref: refs/heads/next\n');
    expect(await refused(`updateRepository(spaceSlug: "demo", id: "${unknownId}", input: {}) { id }`)).toBe(
      'not_found',
    );
  });
});

describe('branches', () => {
  const branch = (field: string, args: string) =>
    `${field}(spaceSlug: "demo", repositoryId: "${demo.repositoryId}", ${args})`;
  const create = (args: string) => `${branch('createBranch', args)} { name commitSha isProtected }`;
  const remove = (name: string) => branch('deleteBranch', `name: "${name}"`);
  const protect = (name: string, value: boolean) =>
    `${branch('setBranchProtection', `branch: "${name}", protected: ${value}`)} { protectedBranches { nodes { name } } }`;

  const guarded = (...names: string[]) => ({ protectedBranches: { nodes: names.map((name) => ({ name })) } });

  it('are created at the default branch or at the given ref', async () => {
    const { repository } = await space(
      `repository(id: "${demo.repositoryId}") { branches { nodes { name commitSha isProtected } } }`,
    );
    const main = repository.branches.nodes[0];
    expect(main).toMatchObject({ name: 'main', isProtected: false });
    expect(await mutate(create('name: "feature/a"'), editor.token)).toEqual({ ...main, name: 'feature/a' });
    expect(await mutate(create(`name: "b", from: "${main.commitSha}"`), editor.token)).toEqual({
      ...main,
      name: 'b',
    });
    expect(await refused(create('name: "b"'), editor.token)).toBe('already_exists');
    expect(await refused(create('name: "feature"'), editor.token)).toBe('already_exists');
    expect(await refused(create('name: "../../HEAD"'), editor.token)).toBe('invalid_ref name');
    expect(await refused(create('name: "c", from: "nope"'), editor.token)).toBe('invalid_request from');
    expect(await refused(create('name: "c", from: "a b"'), editor.token)).toBe('invalid_ref from');
    expect(await refused(create('name: "c"'), viewer.token)).toBe('forbidden');
    expect(await refused(create('name: "c"'), stranger.token)).toBe('not_found');
    const reader = await makeUser(at, { role: 'editor', scopes: ['read'] });
    expect(await refused(create('name: "c"'), reader.token)).toBe('insufficient_scope');
  });

  it('are refused with all faults of the input at the same time', async () => {
    const { errors } = await at.graphql(
      `mutation { ${create('name: "a..b", from: "nope"')} }`,
      {},
      editor.token,
    );
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'invalid_ref',
      errors: [{ path: ['name'] }, { path: ['from'], type: 'unknown' }],
    });
  });

  it('are listed by name and page', async () => {
    for (const name of ['p/1', 'p/2', 'p/3']) await mutate(create(`name: "${name}"`), editor.token);
    const names = async (field: string, args: string) => {
      const { repository } = await space(
        `repository(id: "${demo.repositoryId}") { ${field}(${args}) {
          totalCount nodes { name } pageInfo { hasNextPage endCursor } } }`,
      );
      const { nodes, ...rest } = repository[field];
      return { names: nodes.map(({ name }: { name: string }) => name), ...rest };
    };
    const all = await names('branches', 'first: 100');
    expect(all.names).toEqual([...all.names].sort());
    expect(all.totalCount).toBe(all.names.length);
    const index = all.names.indexOf('p/1');
    const begin = await names('branches', `first: ${index + 2}`);
    expect(begin.names.at(-1)).toBe('p/2');
    expect(begin.pageInfo.hasNextPage).toBe(true);
    await mutate(remove('p/2'), editor.token);
    const next = await names('branches', `first: 1, after: "${begin.pageInfo.endCursor}"`);
    expect(next.names).toEqual(['p/3']);
    expect((await names('branches', `offset: ${index}, limit: 2`)).names).toEqual(['p/1', 'p/3']);

    for (const name of ['p/3', 'p/1']) await mutate(protect(name, true), admin.token);
    const first = await names('protectedBranches', 'first: 1');
    expect(first).toMatchObject({ names: ['p/1'], totalCount: 2, pageInfo: { hasNextPage: true } });
    expect(await names('protectedBranches', `after: "${first.pageInfo.endCursor}"`)).toMatchObject({
      names: ['p/3'],
      pageInfo: { hasNextPage: false },
    });
    for (const name of ['p/3', 'p/1']) await mutate(remove(name), admin.token);
  });

  it('are deleted with their index, except the default branch', async () => {
    await mutate(create('name: "gone"'), editor.token);
    const files = await at.rest('GET', `/workspaces/${demo.workspaceId}/files?ref=gone`);
    expect(files.status).toBe(200);
    const { prisma } = at.gateway.services;
    const where = { repositoryId: demo.repositoryId, branch: 'gone' };
    expect(await prisma.branchIndex.count({ where })).toBe(1);
    expect(await refused(remove('gone'), viewer.token)).toBe('forbidden');
    expect(await mutate(remove('gone'), editor.token)).toBe(true);
    expect(await prisma.branchIndex.count({ where })).toBe(0);
    expect(await refused(remove('gone'), editor.token)).toBe('not_found');
    expect(await refused(remove('main'), admin.token)).toBe('invalid_request name');
  });

  it('can be written and deleted by space admins only while protected', async () => {
    await mutate(create('name: "release"'), editor.token);
    expect(await refused(protect('nope', true), admin.token)).toBe('not_found');
    expect(await refused(remove('nope'), admin.token)).toBe('not_found');
    expect(await refused(protect('a..b', true), admin.token)).toBe('invalid_ref branch');
    expect(await mutate(protect('release', true), admin.token)).toEqual(guarded('release'));
    expect(await mutate(protect('release', true), admin.token)).toEqual(guarded('release'));
    const save = { path: 'x.md', content: 'x', branch: 'release' };
    const saved = await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, {
      body: save,
      token: editor.token,
    });
    expect(saved).toMatchObject({ status: 403, body: { code: 'branch_protected' } });
    expect(await refused(remove('release'), editor.token)).toBe('branch_protected');
    const { repository } = await space(
      `repository(id: "${demo.repositoryId}") { branches { nodes { name isProtected } } }`,
      viewer.token,
    );
    expect(repository.branches.nodes).toContainEqual({ name: 'release', isProtected: true });
    expect(await mutate(protect('release', false), admin.token)).toEqual(guarded());
    await mutate(protect('release', true), admin.token);
    expect(await mutate(remove('release'), admin.token)).toBe(true);
    expect(await mutate(create('name: "release"'), editor.token)).toMatchObject({ isProtected: false });
  });

  it('that were protected and deleted outside can be created again by space admins only', async () => {
    await mutate(create('name: "stable"'), admin.token);
    await mutate(protect('stable', true), admin.token);
    await (await at.gateway.services.git.repository(demo.repositoryId)).deleteBranch('stable');
    expect(await refused(create('name: "stable"'), editor.token)).toBe('branch_protected');
    expect(await mutate(create('name: "stable"'), admin.token)).toMatchObject({ isProtected: true });
  });
});
