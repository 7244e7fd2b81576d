import { beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { at, base, setUpFiles } from './files-fixture.js';

setUpFiles();

interface Page {
  totalCount: number;
  edges: { cursor: string; node: { path: string } }[];
  pageInfo: {
    hasPreviousPage: boolean;
    hasNextPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

// In the order of their bytes: upper case, lower case, other letters.
const paths = ['pages/B.md', 'pages/a.md', 'pages/a/b.md', 'pages/b.ipynb', 'pages/ä.md', 'pages/𝐚.md'];
let commitSha: string;

beforeAll(async () => {
  for (const path of [...paths].reverse()) {
    const content = path.endsWith('.md') ? { content: 'x' } : {};
    const { status, body } = await at.rest('POST', `${base}/authoring-files`, { body: { path, ...content } });
    expect(status).toBe(201);
    commitSha = body.commit_sha;
  }
});

async function page(of: string, args: string): Promise<Page> {
  const { data, errors } = await at.graphql(`{ space(slug: "demo") { ${of} {
    files(kind: all, ${args}) {
      totalCount edges { cursor node { path } }
      pageInfo { hasPreviousPage hasNextPage startCursor endCursor }
    } } } }`);
  expect(errors).toBeUndefined();
  const space = data.space as Record<string, { files: Page }>;
  return Object.values(space)[0]!.files;
}

const pathsOf = ({ edges }: Page) => edges.map(({ node }) => node.path);

describe.each([
  ['a branch of a workspace', () => `workspace(id: "${demo.workspaceId}")`, () => 'ref: "main"'],
  ['a commit of a workspace', () => `workspace(id: "${demo.workspaceId}")`, () => `ref: "${commitSha}"`],
  ['a branch of a repository', () => `repository(id: "${demo.repositoryId}")`, () => 'ref: "main"'],
])('the files of %s', (_name, of, ref) => {
  it('are the same by cursors as by offsets, each once and sorted by the bytes of their paths', async () => {
    const all = await page(of(), ref());
    expect(pathsOf(all).filter((path) => path.startsWith('pages/'))).toEqual(paths);
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const next: Page = await page(of(), `${ref()}, first: 2${after ? `, after: "${after}"` : ''}`);
      expect(pathsOf(next)).toEqual(pathsOf(await page(of(), `${ref()}, offset: ${seen.length}, limit: 2`)));
      expect(next.totalCount).toBe(all.totalCount);
      expect(next.pageInfo).toMatchObject({
        hasPreviousPage: after !== null,
        startCursor: next.edges[0]!.cursor,
        endCursor: next.edges.at(-1)!.cursor,
      });
      seen.push(...pathsOf(next));
      after = next.pageInfo.endCursor;
      if (!next.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(pathsOf(all));
  });

  it('go on after the cursor of a file that is not there any more', async () => {
    const cursor = Buffer.from(JSON.stringify(['pages/az.md'])).toString('base64url');
    expect(pathsOf(await page(of(), `${ref()}, first: 2, after: "${cursor}"`))).toEqual(paths.slice(3, 5));
  });
});
