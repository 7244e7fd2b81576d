import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { gitClient, gitUrl } from '../../support/git-client.js';
import { at, base, createNotebook, git, notebook, setUpFiles } from './files-fixture.js';

setUpFiles();

/** 3,989 bytes that no database compresses: an index entry of PostgreSQL holds 2,704. */
const longPath = () =>
  `${Array.from({ length: 16 }, () => randomBytes(124).toString('hex')).join('/')}.ipynb`;
const list = async (query = '', ref = 'main') =>
  (await at.rest('GET', `${base}/files?ref=${ref}${query}`)).body.items as {
    path: string;
    notebook_id: string;
  }[];
const paths = async (query?: string, ref?: string) => (await list(query, ref)).map(({ path }) => path);
const read = (path: string, ref = 'main') => at.rest('GET', `${base}/file?path=${path}&ref=${ref}`);
const versions = async (id: string) =>
  (await at.rest('GET', `/documents/${id}/versions`)).body.items as { id: string; path: string }[];

describe('a long path', () => {
  it('can be created, listed, read, saved, renamed, restored and deleted', async () => {
    const [path, newPath] = [longPath(), longPath()];
    const made = await at.rest('POST', `${base}/files`, { body: { path, notebook: notebook('one') } });
    expect(made.status).toBe(201);
    expect(await paths()).toContain(path);
    expect((await read(path)).body).toMatchObject({ path, notebook_id: made.body.notebook_id });
    expect((await read(path, made.body.commit_sha)).body.notebook_id).toBe(made.body.notebook_id);

    const saved = await at.rest('PUT', `${base}/file`, {
      body: { path, base_sha: made.body.sha, notebook: notebook('two') },
    });
    expect(saved.body).toMatchObject({ notebook_id: made.body.notebook_id, version: { path } });

    const renamed = await at.rest('POST', `${base}/authoring-file/rename`, {
      body: { path, new_path: newPath },
    });
    expect(renamed.body).toMatchObject({ path: newPath, notebook_id: made.body.notebook_id });
    expect((await versions(made.body.notebook_id)).map((one) => one.path)).toEqual([newPath, path, path]);
    expect((await read(path)).status).toBe(404);

    const [, , first] = await versions(made.body.notebook_id);
    const target = `spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }`;
    const restored = await at.graphql(
      `mutation { restoreVersion(${target}, input: { versionId: "${first!.id}" }) { file { path sha } } }`,
    );
    expect(restored.data.restoreVersion.file).toEqual({ path: newPath, sha: made.body.sha });

    const deleted = await at.graphql(
      `mutation { deleteFile(${target}, input: { path: "${newPath}" }) { changed } }`,
    );
    expect(deleted.data.deleteFile.changed).toBe(true);
    expect((await read(newPath)).status).toBe(404);
    expect(await paths()).not.toContain(newPath);
    expect(await versions(made.body.notebook_id)).toHaveLength(4);
  });

  it('can be pushed, also on a new branch, and is listed in the order of paths', async () => {
    await createNotebook('between.ipynb');
    const client = await gitClient();
    try {
      await client.ok('clone', '-q', gitUrl(at.url, at.token), 'clone');
      const pushed = Array.from({ length: 5 }, longPath);
      // A checkout could not hold them: no system call takes such a path.
      const blob = await client.pipe('{}', '-C', 'clone', 'hash-object', '-w', '--stdin');
      const lines = pushed.map((path) => `100644 ${blob}\t${path}\n`).join('');
      await client.pipe(lines, '-C', 'clone', 'update-index', '--add', '--index-info');
      await client.ok('-C', 'clone', 'commit', '-qm', 'Long');
      await client.ok('-C', 'clone', 'push', '-q', 'origin', 'HEAD:main', 'HEAD:refs/heads/long');
      for (const ref of ['main', 'long']) {
        const all = await paths('', ref);
        expect(all).toEqual(all.toSorted());
        expect(all).toEqual(expect.arrayContaining([...pushed, 'between.ipynb']));
        const pages = await Promise.all(
          all.map(async (_, n) => (await paths(`&page=${n + 1}&size=1`, ref))[0]),
        );
        expect(pages).toEqual(all);
      }
      const ids = new Map((await list()).map((one) => [one.path, one.notebook_id]));
      for (const one of await list('', 'long')) expect(one.notebook_id).toBe(ids.get(one.path));
      const saved = await at.rest('PUT', `${base}/file`, {
        body: { path: pushed[0], notebook: notebook('saved') },
      });
      expect(saved.body.notebook_id).toBe(ids.get(pushed[0]!));
      expect(git('rev-parse', `main:${pushed[0]}`)).toBe(saved.body.sha);
    } finally {
      await client.remove();
    }
  });
});
