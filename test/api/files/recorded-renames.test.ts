import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
let folder = 0;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const git = (...args: string[]) =>
  execFileSync('git', ['-C', join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), ...args], {
    encoding: 'utf8',
  }).trim();
const notebook = (source: string) => ({
  cells: [{ id: 'a', cell_type: 'markdown', metadata: {}, source }],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});
const read = async (path: string, ref = 'main') =>
  (await at.rest('GET', `/workspaces/${demo.workspaceId}/file?path=${path}&ref=${ref}`)).body;
const idAt = async (path: string, ref?: string) => (await read(path, ref)).notebook_id;
const versionPaths = async (id: string) =>
  (await at.rest('GET', `/documents/${id}/versions`)).body.items.map(({ path }: { path: string }) => path);
const commit = async (changes: unknown[]) => {
  const answer = await at.graphql(
    `mutation($input: CommitFilesInput!) {
      commitFiles(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) {
        commitSha changed } }`,
    { input: { changes, commitMessage: 'Several changes' } },
  );
  expect(answer.errors).toBeUndefined();
  return answer.data.commitFiles;
};
/** Creates notebooks in a folder of their own. @returns the folder with a slash, and the ids by name */
const make = async (sources: Record<string, string>) => {
  const prefix = `renames-${folder++}/`;
  const ids: Record<string, string> = {};
  for (const [name, source] of Object.entries(sources)) {
    const body = { path: `${prefix}${name}.ipynb`, notebook: notebook(source) };
    ids[name] = (await at.rest('POST', `/workspaces/${demo.workspaceId}/files`, { body })).body.notebook_id;
  }
  const path = (name: string) => `${prefix}${name}.ipynb`;
  return {
    ids,
    path,
    rename: (from: string, to: string) => ({ rename: { path: path(from), newPath: path(to) } }),
  };
};

describe('a rename through the API, with other changes in the same commit', () => {
  it('keeps the id when another file takes the old path', async () => {
    const { ids, path, rename } = await make({ e: 'e' });
    await commit([rename('e', 'f'), { create: { path: path('e'), notebook: notebook('new') } }]);
    expect(await idAt(path('f'))).toBe(ids.e);
    const created = await idAt(path('e'));
    expect(Object.values(ids)).not.toContain(created);
    expect(await versionPaths(ids.e!)).toEqual([path('f'), path('e')]);
    expect(await versionPaths(created)).toEqual([path('e')]);
  });

  it('keeps the id when the new file has the same content', async () => {
    const { ids, path, rename } = await make({ e: 'same' });
    await commit([rename('e', 'f'), { create: { path: path('e'), notebook: notebook('same') } }]);
    expect(await idAt(path('f'))).toBe(ids.e);
    expect([ids.e, null]).not.toContain(await idAt(path('e')));
  });

  it('exchanges the ids of two files, of different and of equal content', async () => {
    for (const sources of [
      { a: 'a', b: 'b' },
      { a: 'same', b: 'same' },
    ]) {
      const { ids, path, rename } = await make(sources);
      const { changed } = await commit([rename('a', 't'), rename('b', 'a'), rename('t', 'b')]);
      expect(changed).toBe(true);
      expect([await idAt(path('a')), await idAt(path('b'))]).toEqual([ids.b, ids.a]);
    }
  });

  it('keeps the id when the commit also saves other content', async () => {
    const { ids, path, rename } = await make({ a: 'old' });
    await commit([rename('a', 'b'), { save: { path: path('b'), notebook: notebook('quite different') } }]);
    expect(await idAt(path('b'))).toBe(ids.a);
  });

  it('moves the id over a file that the commit deletes, of different and of equal content', async () => {
    for (const sources of [
      { g: 'g', h: 'h' },
      { g: 'same', h: 'same' },
    ]) {
      const { ids, path, rename } = await make(sources);
      await commit([{ delete: { path: path('h') } }, rename('g', 'h')]);
      expect(await idAt(path('h'))).toBe(ids.g);
      expect((await read(path('g'))).code).toBe('not_found');
      expect(await versionPaths(ids.h!)).toEqual([path('h')]);
    }
  });

  it('names what was renamed, not what has equal content', async () => {
    const { ids, path, rename } = await make({ a: 'same', b: 'same' });
    await commit([rename('b', 'y'), { delete: { path: path('a') } }]);
    expect(await idAt(path('y'))).toBe(ids.b);
  });

  it('does not take a deleted and a created file of equal content for a rename', async () => {
    const { ids, path } = await make({ a: 'same' });
    await commit([
      { delete: { path: path('a') } },
      { create: { path: path('b'), notebook: notebook('same') } },
    ]);
    expect([ids.a, null]).not.toContain(await idAt(path('b')));
  });

  it('creates no commit for a file that is renamed and renamed back', async () => {
    const { ids, path, rename } = await make({ a: 'a' });
    expect((await commit([rename('a', 'b'), rename('b', 'a')])).changed).toBe(false);
    expect(await idAt(path('a'))).toBe(ids.a);
  });

  it('gives the same ids on a branch that gets the commit later', async () => {
    const { ids, path, rename } = await make({ e: 'e', g: 'g', h: 'h' });
    git('branch', 'later', 'main');
    expect(await idAt(path('e'), 'later')).toBe(ids.e);
    await commit([
      rename('e', 'f'),
      { create: { path: path('e'), notebook: notebook('new') } },
      { delete: { path: path('h') } },
      rename('g', 'h'),
    ]);
    git('branch', '--force', 'later', 'main');
    for (const name of ['e', 'f', 'h']) expect(await idAt(path(name), 'later')).toBe(await idAt(path(name)));
    git('branch', '--delete', '--force', 'later');
  });

  it('keeps ids beside other commits that wait for the same branch', async () => {
    const { ids, path } = await make({ a: 'same', b: 'same', c: 'same' });
    const rename = (from: string, to: string) =>
      at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-file/rename`, {
        body: { path: path(from), new_path: path(to) },
      });
    const saves = [1, 2, 3].map((n) =>
      commit([{ create: { path: path(`n${n}`), notebook: notebook('same') } }]),
    );
    await Promise.all([rename('a', 'z'), ...saves, rename('b', 'y'), rename('c', 'x')]);
    expect([await idAt(path('z')), await idAt(path('y')), await idAt(path('x'))]).toEqual([
      ids.a,
      ids.b,
      ids.c,
    ]);
  });

  it('keeps the id when the gateway ended between the commit and its entry in the index', async () => {
    const { ids, path } = await make({ e: 'e' });
    const repository = await at.gateway.services.git.repository(demo.repositoryId);
    const someone = { name: 'Ada Lovelace', email: 'ada@example.org' };
    const bytes = Buffer.from(JSON.stringify(notebook('new')));
    await repository.commit({
      branch: 'main',
      changes: [
        { kind: 'move', path: path('e'), newPath: path('f') },
        { kind: 'create', path: path('e'), bytes },
      ],
      author: someone,
      committer: someone,
      message: 'Not in the index yet',
    });
    expect(await idAt(path('f'))).toBe(ids.e);
    expect([ids.e, null]).not.toContain(await idAt(path('e')));
  });
});
