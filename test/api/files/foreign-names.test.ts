import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { at, base, git, gitdir, notebook, setUpFiles } from './files-fixture.js';

setUpFiles();

/** Names that a new file may not have. */
const names = [
  'a:b.ipynb',
  'a<b.ipynb',
  'a>b.ipynb',
  'a"b.ipynb',
  'a|b.ipynb',
  'a?b.ipynb',
  'a*b.ipynb',
  'back\\slash.ipynb',
  'line\nbreak.ipynb',
  'e\u0301.ipynb',
  'CON.ipynb',
  'com1.x.ipynb',
  'dd./x.ipynb',
  'dd /x.ipynb',
];
const commitFiles = (changes: unknown[]) =>
  at.graphql(
    `mutation($input: CommitFilesInput!) {
      commitFiles(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) { changed } }`,
    { input: { changes, commitMessage: 'Several changes' } },
  );
const read = (path: string) => at.rest('GET', `${base}/file?path=${encodeURIComponent(path)}`);

/** Commits files as a push could, where names are not checked. */
function commitNames(paths: string[]): void {
  const content = JSON.stringify(notebook('pushed'));
  const run = (args: string[], input?: string) =>
    execFileSync('git', ['-c', 'core.protectNTFS=false', '-C', gitdir, ...args], {
      encoding: 'utf8',
      input,
      env: {
        ...process.env,
        GIT_INDEX_FILE: `${gitdir}/test-index`,
        ...{
          GIT_AUTHOR_NAME: 'O',
          GIT_AUTHOR_EMAIL: 'o@x',
          GIT_COMMITTER_NAME: 'O',
          GIT_COMMITTER_EMAIL: 'o@x',
        },
      },
    }).trim();
  const blob = run(['hash-object', '-w', '--stdin'], content);
  run(['read-tree', 'main']);
  run(['update-index', '-z', '--index-info'], paths.map((path) => `100644 ${blob}\t${path}\0`).join(''));
  const commit = run(['commit-tree', run(['write-tree']), '-p', 'main', '-m', 'Names']);
  run(['update-ref', 'refs/heads/main', commit]);
}

describe('a file whose name only a push could give', () => {
  beforeAll(() =>
    commitNames(
      ['saved', 'renamed', 'deleted', 'together'].flatMap((at) => names.map((name) => `${at}/${name}`)),
    ),
  );

  it.each(names)('is read, saved and keeps its id: %j', async (name) => {
    const path = `saved/${name}`;
    const before = await read(path);
    expect(before.status).toBe(200);
    const body = { path, notebook: notebook('saved'), base_sha: before.body.sha };
    const saved = await at.rest('PUT', `${base}/file`, { body });
    expect(saved.status).toBe(200);
    expect(saved.body.notebook_id).toBe(before.body.notebook_id);
    expect((await read(path)).body.notebook.cells[0].source).toBe('saved');
  });

  it.each(names)('is renamed away, and its id follows: %j', async (name) => {
    const path = `renamed/${name}`;
    const id = (await read(path)).body.notebook_id;
    const newPath = `renamed-away/${names.indexOf(name)}.ipynb`;
    const renamed = await at.rest('POST', `${base}/authoring-file/rename`, {
      body: { path, new_path: newPath },
    });
    expect(renamed.status).toBe(200);
    expect(renamed.body.notebook_id).toBe(id);
    expect((await read(path)).status).toBe(404);
  });

  it.each(names)('is deleted: %j', async (name) => {
    const { errors } = await at.graphql(
      `mutation($input: DeleteFileInput!) {
        deleteFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) { changed } }`,
      { input: { path: `deleted/${name}` } },
    );
    expect(errors).toBeUndefined();
    expect((await read(`deleted/${name}`)).status).toBe(404);
  });

  it('is saved, renamed and deleted by commits of several changes', async () => {
    const path = (name: string) => `together/${name}`;
    const [first, second, ...others] = names as [string, string, ...string[]];
    const { errors } = await commitFiles([
      { save: { path: path(first), notebook: notebook('x') } },
      { rename: { path: path(second), newPath: path('fine.ipynb') } },
      ...others.map((name) => ({ delete: { path: path(name) } })),
    ]);
    expect(errors).toBeUndefined();
    expect(git('ls-tree', '-r', '-z', '--name-only', 'main', 'together').split('\0').filter(Boolean)).toEqual(
      [path(first), path('fine.ipynb')],
    );
  });
});

describe('a name that Windows cannot check out', () => {
  it.each(names)('is refused for a new file and a new path: %j', async (name) => {
    const path = `new/${name}`;
    const created = await at.rest('POST', `${base}/files`, { body: { path } });
    expect(created).toMatchObject({ status: 400, body: { code: 'invalid_path' } });
    const { errors } = await commitFiles([{ create: { path } }]);
    expect(errors![0].extensions).toMatchObject({
      code: 'invalid_path',
      errors: [{ path: ['changes', 0, 'create', 'path'] }],
    });
    const body = { path: 'notebooks/welcome.ipynb', new_path: path };
    const renamed = await at.rest('POST', `${base}/authoring-file/rename`, { body });
    expect(renamed).toMatchObject({
      status: 400,
      body: { code: 'invalid_path', errors: [{ loc: ['body', 'new_path'] }] },
    });
  });
});

it('a file that steers Git itself is deleted, but its content comes by push', async () => {
  commitNames(['steers/.gitattributes']);
  const saved = await at.rest('PUT', `${base}/authoring-file`, {
    body: { path: 'steers/.gitattributes', content: '* text' },
  });
  expect(saved).toMatchObject({ status: 400, body: { code: 'invalid_path' } });
  const { errors } = await commitFiles([{ delete: { path: 'steers/.gitattributes' } }]);
  expect(errors).toBeUndefined();
});
