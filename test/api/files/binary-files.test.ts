import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { at, base, git, setUpFiles } from './files-fixture.js';

setUpFiles();

const contents: Record<string, [content: Buffer, kind: 'notebook' | 'text' | 'binary']> = {
  'plot.png': [Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(64)]), 'binary'],
  'latin1.csv': [Buffer.from(`${'x'.repeat(100_000)}\ngr\xfcn`, 'latin1'), 'binary'],
  'large.bin': [randomBytes(2 * 1024 * 1024), 'binary'],
  'large.csv': [Buffer.from('grün;1\n'.repeat(300_000)), 'text'],
  'utf8.txt': [Buffer.from('grün\n'), 'text'],
  'empty.txt': [Buffer.alloc(0), 'text'],
  'conflict.ipynb': [Buffer.from('<<<<<<< ours\n{}\n'), 'notebook'],
  'empty.ipynb': [Buffer.alloc(0), 'notebook'],
};
const names = Object.keys(contents);

beforeAll(async () => {
  const repository = await at.gateway.services.git.repository(demo.repositoryId);
  const someone = { name: 'A', email: 'a@example.org' };
  await repository.commit({
    branch: 'main',
    changes: names.flatMap((name) =>
      ['stays', 'moves', 'goes'].map((folder) => ({
        kind: 'create' as const,
        path: `${folder}/${name}`,
        bytes: contents[name]![0],
      })),
    ),
    author: someone,
    committer: someone,
    message: 'Any files',
  });
});

const kindsAt = async (ref: string, folder: string): Promise<[string, string][]> => {
  const { body } = await at.rest('GET', `${base}/files?kind=all&ref=${ref}`);
  return body.items
    .filter(({ path }: { path: string }) => path.startsWith(folder))
    .map(({ name, kind }: { name: string; kind: string }) => [name, kind]);
};

describe('files that are not text', () => {
  it.each([
    ['loose', () => {}],
    ['packed', () => git('gc', '-q')],
  ] as const)('are listed as binary, at a branch and at a commit (%s)', async (_state, prepare) => {
    prepare();
    const expected = names.map((name) => [name, contents[name]![1]]).sort();
    expect((await kindsAt('main', 'stays/')).sort()).toEqual(expected);
    expect((await kindsAt(git('rev-parse', 'main'), 'stays/')).sort()).toEqual(expected);
  });

  it.each(names)('are renamed, and answered without content: %s', async (name) => {
    const newPath = `moved/${name}`;
    const renamed = await at.rest('POST', `${base}/authoring-file/rename`, {
      body: { path: `moves/${name}`, new_path: newPath },
    });
    const [content, kind] = contents[name]!;
    expect(renamed).toMatchObject({ status: 200, body: { path: newPath, kind, size: content.length } });
    expect('content' in renamed.body).toBe(kind === 'text');
    expect('notebook' in renamed.body).toBe(false);
    if (kind === 'notebook') expect(renamed.body.version.notebook_id).toBe(renamed.body.notebook_id);
    expect(git('cat-file', '-s', `main:${newPath}`)).toBe(String(content.length));
  });

  it('are answered by GraphQL as an UnreadableFile after a rename', async () => {
    const { data, errors } = await at.graphql(
      `mutation($input: RenameFileInput!) {
        renameFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) {
          file { __typename kind path } } }`,
      { input: { path: 'moved/plot.png', newPath: 'moved/chart.png' } },
    );
    expect(errors).toBeUndefined();
    expect(data.renameFile.file).toEqual({
      __typename: 'UnreadableFile',
      kind: 'binary',
      path: 'moved/chart.png',
    });
  });

  it.each(names)('are deleted: %s', async (name) => {
    const { errors } = await at.graphql(
      `mutation($input: DeleteFileInput!) {
        deleteFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) { changed } }`,
      { input: { path: `goes/${name}` } },
    );
    expect(errors).toBeUndefined();
  });

  it('are no kind of a file that is created with a content, with one code in REST and in GraphQL', async () => {
    const body = { path: 'new/plot.png', kind: 'binary', content: '' };
    const rest = await at.rest('POST', `${base}/authoring-files`, { body });
    const msg = 'must be one of "notebook", "text"';
    expect(rest).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(rest.body.errors).toEqual([{ loc: ['body', 'kind'], msg, type: 'invalid_value' }]);
    const { errors } = await at.graphql(
      `mutation($input: CreateFileInput!) {
        createFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: $input) { version { id } } }`,
      { input: body },
    );
    expect(errors![0].extensions.code).toBe('invalid_request');
    expect(errors![0].extensions.errors).toEqual([{ path: ['kind'], message: msg, type: 'invalid_value' }]);
  });

  it('are still refused where their content is wanted', async () => {
    const read = await at.rest('GET', `${base}/authoring-file?path=stays/plot.png`);
    expect(read).toMatchObject({ status: 409, body: { code: 'unreadable_file' } });
    const { errors } = await at.graphql(
      `{ space(slug: "demo") { workspace(id: "${demo.workspaceId}") {
        file(path: "stays/plot.png", kind: binary) { path } } } }`,
    );
    expect(errors![0].extensions).toMatchObject({ code: 'invalid_request', errors: [{ path: ['kind'] }] });
  });
});
