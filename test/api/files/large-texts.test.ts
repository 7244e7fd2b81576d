import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../../support/gateway.js';

/** Characters of one, two, three and four bytes, and an escape of JSON, at the ends of all steps. */
const content = `"é€😀\n`.repeat(700_001);
const path = 'large.txt';

let test: TestGateway;
beforeAll(async () => {
  test = await openTestGateway();
});
afterAll(() => test?.close());

it('writes and reads a large text over REST and GraphQL alike', async () => {
  const files = `/workspaces/${demo.workspaceId}/authoring-file`;
  const created = await test.rest('POST', `${files}s`, { body: { path, content } });
  expect(created.status).toBe(201);
  expect(created.body.content === content).toBe(true);
  expect(created.body.size).toBe(Buffer.byteLength(content));
  const read = await test.rest('GET', `${files}?path=${path}`);
  expect(read.body.content === content).toBe(true);
  expect(read.body.sha).toBe(created.body.sha);
  const query = `query($id: ID!) { space(slug: "demo") { workspace(id: $id) { file(path: "${path}") {
    sha ... on TextFile { content } } } } }`;
  const { data } = await test.graphql(query, { id: demo.workspaceId });
  expect(data.space.workspace.file.content === content).toBe(true);
  expect(data.space.workspace.file.sha).toBe(created.body.sha);
});
