import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { NotebookThreads } from '../../../src/engines/nbformat/threads/notebook-threads.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());
afterEach(() => vi.restoreAllMocks());

const markdown = { cell_type: 'markdown', id: 'a', metadata: {}, source: 'x'.repeat(600_000) };
const notebook = (cells: object[]) => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
const workspace = `/workspaces/${demo.workspaceId}`;

const commit = `mutation($content: String!, $path: String!) {
  commitFiles(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: {
    commitMessage: "Add", changes: [{ create: { path: $path, contentBase64: $content } }] }) { commitSha } }`;
const create = `mutation($content: String!, $path: String!) {
  createFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" }, input: {
    path: $path, contentBase64: $content }) { file { ... on NotebookFile { notebook } } } }`;

it.each([
  ['commitFiles', commit],
  ['createFile', create],
])('%s reads the base64 of a large notebook once, in a thread', async (name, mutation) => {
  const read = vi.spyOn(NotebookThreads.prototype, 'read');
  const content = base64(notebook([markdown]));
  const { data, errors } = await at.graphql(mutation, { content, path: `${name}.ipynb` });
  expect(errors).toBeUndefined();
  expect(read).toHaveBeenCalledTimes(1);
  if (name === 'createFile') expect(data.createFile.file.notebook).toEqual(notebook([markdown]));
  const { body } = await at.rest('GET', `${workspace}/file?path=${name}.ipynb`);
  expect(body.notebook).toEqual(notebook([markdown]));
});

it('says why the base64 of a large notebook is refused', async () => {
  const content = base64({ ...notebook([markdown]), nbformat: 3 });
  const { errors } = await at.graphql(create, { content, path: 'old.ipynb' });
  expect(errors).toMatchObject([{ extensions: { code: 'invalid_notebook' } }]);
  expect(errors![0]!.extensions.errors).toMatchObject([
    { message: expect.stringMatching(/^must be a valid notebook at .* is nbformat 3; only nbformat/) },
  ]);
});
