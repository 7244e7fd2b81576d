import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { pythonWith, runProgram } from '../support/python-environment.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

it.each(['payload', 'header'])(
  "Python's gql queries, saves and watches, with the token in the %s",
  async (where) => {
    const python = await pythonWith('gql-4.4.0', ['gql[websockets]==4.4.0']);
    const workspace = `workspaceId: "${demo.workspaceId}"`;
    const input = JSON.stringify({
      url: `${at.url.replace('http', 'ws')}/graphql`,
      token: at.token,
      in: where,
      subscription: `subscription { fileChanged(spaceSlug: "demo", ${workspace}) { path } }`,
      mutation: `mutation ($content: String!) { saveFile(spaceSlug: "demo", in: { ${workspace} },
        input: { path: "README.md", content: $content }) { file { path } } }`,
    });
    const { text } = await runProgram(python, ['test/support/gql-clients.py'], { cwd: '.', input });
    expect(JSON.parse(text.trim().split('\n').at(-1)!)).toEqual({
      me: { me: { name: 'Admin' } },
      saved: { saveFile: { file: { path: 'README.md' } } },
      event: { fileChanged: { path: 'README.md' } },
      code: 'not_found',
    });
  },
  120_000,
);
