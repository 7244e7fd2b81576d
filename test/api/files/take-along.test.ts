import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { codeCell, codeNotebook } from '../../support/factories/code-notebook.js';
import { makeUser } from '../../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const here = `/workspaces/${demo.workspaceId}`;
const inWorkspace = async (field: string, variables: Record<string, unknown> = {}) => {
  const { data, errors } = await at.graphql(
    `query($id: ID!) { space(slug: "demo") { workspace(id: $id) { ${field} } } }`,
    { id: demo.workspaceId, ...variables },
  );
  return { value: data?.space?.workspace, errors };
};
const commit = (changes: object[]) => at.rest('POST', `${here}/commits`, { body: { changes } });

describe('a folder', () => {
  beforeAll(async () => {
    const text = (path: string) => ({ create: { path, content: 'x\n' } });
    const made = await commit([
      ...['f/b.txt', 'f/a/1.txt', 'f/a/2.txt', 'f/a.txt', 'f/z/deep/x.txt'].map(text),
      { create: { path: 'f/n.ipynb', notebook: codeNotebook([]) } },
      { create: { path: 'f/c.bin', content_base64: '/wD+' } },
    ]);
    expect(made.status).toBe(201);
  });

  it('has its direct children with their kinds and sizes, by pages', async () => {
    const { value } = await inWorkspace('folder(path: "f") { totalCount nodes { name path kind size sha } }');
    expect(value.folder.nodes.map(({ name, kind, size }: any) => [name, kind, size])).toEqual([
      ['a.txt', 'text', 2],
      ['a', 'folder', null],
      ['b.txt', 'text', 2],
      ['c.bin', 'binary', 3],
      ['n.ipynb', 'notebook', 72],
      ['z', 'folder', null],
    ]);
    expect(value.folder.totalCount).toBe(6);
    expect(value.folder.nodes[1].path).toBe('f/a');
    const names: string[] = [];
    let after: string | null = null;
    do {
      const args: string = `path: "f", first: 2${after ? `, after: "${after}"` : ''}`;
      const page: any = (
        await inWorkspace(`folder(${args}) { pageInfo { hasNextPage endCursor } nodes { name } }`)
      ).value.folder;
      names.push(...page.nodes.map(({ name }: any) => name));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(names).toEqual(['a.txt', 'a', 'b.txt', 'c.bin', 'n.ipynb', 'z']);
  });

  it('is the root without a path, and refused where it is none', async () => {
    const { value } = await inWorkspace('folder { nodes { name kind } }');
    expect(value.folder.nodes).toContainEqual({ name: 'notebooks', kind: 'folder' });
    const codes = await Promise.all(
      ['f/none', 'f/a.txt', 'f/../f', '/f', 'f/'].map(async (path) => {
        const { errors } = await inWorkspace(`folder(path: "${path}") { totalCount }`);
        return errors?.[0].extensions.code;
      }),
    );
    expect(codes).toEqual(['not_found', ...Array(4).fill('invalid_path')]);
  });
});

describe('an exported notebook', () => {
  const path = 'notebooks/ex (1).ipynb';
  beforeAll(async () => {
    const cells = [codeCell('one', "print('<script>')")];
    const notebook = { ...codeNotebook(cells), metadata: { language_info: { name: 'python' } } };
    expect((await commit([{ create: { path, notebook } }])).status).toBe(201);
  });
  const read = (query: string, headers = {}) =>
    at.rest('GET', `${here}/export?path=${encodeURIComponent(path)}&${query}`, { headers });

  it('is a download that no browser runs, with a tag', async () => {
    const { status, headers, body } = await read('format=html');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''ex%20%281%29.html");
    expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    expect(body).toContain('print(&#39;&lt;script&gt;&#39;)'.replaceAll('&#39;', "'"));
    const tag = headers.get('etag')!;
    expect((await read('format=html', { 'if-none-match': tag })).status).toBe(304);
    expect((await read('format=script')).headers.get('etag')).not.toBe(tag);
    const script = await read('format=script');
    expect([script.body, script.headers.get('content-disposition')]).toEqual([
      "# %%\nprint('<script>')\n",
      "attachment; filename*=UTF-8''ex%20%281%29.py",
    ]);
    expect((await read('format=markdown')).body).toBe("```python\nprint('<script>')\n```\n");
  });

  it('is refused for other files', async () => {
    const { status, body } = await at.rest('GET', `${here}/export?path=README.md&ref=a..b`);
    expect([status, body.errors.map(({ loc }: any) => loc[1])]).toEqual([400, ['path', 'ref']]);
    expect((await at.rest('GET', `${here}/export?path=none.ipynb`)).status).toBe(404);
  });
});

describe('blame', () => {
  const path = 'blame.ipynb';
  const save = async (cells: object[], at_path = path) => {
    const body = { path: at_path, notebook: codeNotebook(cells as never) };
    const { body: saved } = await at.rest('PUT', `${here}/file`, { body });
    return saved.version.commit_sha as string;
  };
  const blame = async (args = `path: "${path}"`) => {
    const { value } = await inWorkspace(
      `blame(${args}) { totalCount nodes { index cellId version { commitSha path } } }`,
    );
    return value.blame.nodes.map(({ cellId, version }: any) => [cellId, version.commitSha]);
  };

  it('names for each cell the commit that last changed its source, also through a rename', async () => {
    const body = { path, notebook: codeNotebook([codeCell('a', '1'), codeCell('b', '2')]) };
    const first = (await at.rest('POST', `${here}/files`, { body })).body.version.commit_sha;
    const second = await save([codeCell('b', '2'), codeCell('a', '1 + 1')]);
    const output = { output_type: 'stream', name: 'stdout', text: 'x' };
    await save([{ ...codeCell('b', '2'), outputs: [output] }, codeCell('a', '1 + 1')]);
    const fourth = await save([codeCell('b', '2'), codeCell('a', '1 + 1'), codeCell('c', '1 + 1')]);
    expect(await blame()).toEqual([
      ['b', first],
      ['a', second],
      ['c', fourth],
    ]);
    expect(await blame(`path: "${path}", ref: "${second}"`)).toEqual([
      ['b', first],
      ['a', second],
    ]);
    const renamed = await at.rest('POST', `${here}/authoring-file/rename`, {
      body: { path, new_path: 'blamed.ipynb' },
    });
    expect(renamed.status).toBe(200);
    const sixth = await save([codeCell('b', '3'), codeCell('a', '1 + 1')], 'blamed.ipynb');
    expect(await blame('path: "blamed.ipynb"')).toEqual([
      ['b', sixth],
      ['a', second],
    ]);
  });
});

describe('a search of a space', () => {
  it('finds what is in the workspaces that the caller can view, and once for the same files', async () => {
    const { token } = await makeUser(at, { role: 'editor' });
    const repository = await at.graphql(
      'mutation { createRepository(spaceSlug: "demo", input: {name: "second", kind: project}) { id } }',
    );
    const make = async (name: string, visibility: string) => {
      const body = { name, default_repository_id: repository.data.createRepository.id, visibility };
      return (await at.rest('POST', '/workspaces', { body })).body.id as string;
    };
    const hidden = await make('Hidden', 'private');
    const file = { path: 'needle.md', content: 'A haystack_needle\n' };
    await at.rest('POST', `/workspaces/${hidden}/authoring-files`, { body: file });
    await at.rest('POST', `${here}/authoring-files`, { body: file });
    const search = async (by: string) => {
      const { data } = await at.graphql(
        `{ space(slug: "demo") { search(q: "HAYSTACK_needle") {
          totalCount isIncomplete searchedWorkspaces nodes { workspaceId path line } } } }`,
        {},
        by,
      );
      return data.space.search;
    };
    const hit = (workspaceId: string) => ({ workspaceId, path: 'needle.md', line: 1 });
    expect(await search(token)).toEqual({
      ...{ totalCount: 1, isIncomplete: false, searchedWorkspaces: 1, nodes: [hit(demo.workspaceId)] },
    });
    const shown = await make('Shown', 'space');
    expect(await search(token)).toMatchObject({ totalCount: 2, nodes: [hit(shown), hit(demo.workspaceId)] });
    expect(await search(at.token)).toMatchObject({ totalCount: 2, searchedWorkspaces: 3 });
  });
});
