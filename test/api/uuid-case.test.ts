import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorker } from '../support/factories/make-worker.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const upper = (id: string) => id.toUpperCase();
const workspace = `/workspaces/${upper(demo.workspaceId)}`;

it('ids in a path match in upper case', async () => {
  const { status, body } = await at.rest('GET', workspace);
  expect({ status, id: body.id }).toEqual({ status: 200, id: demo.workspaceId });
});

it('grants accept ids in upper case, and refuse one principal in both cases as a duplicate', async () => {
  const { id } = await makeUser(at, { role: 'editor' });
  const grant = (principal_id: string) => ({ principal_type: 'user', principal_id, access_level: 'view' });
  const put = (...grants: object[]) =>
    at.rest('PUT', `${workspace}/access`, { body: { visibility: 'shared', grants } });
  const first = await put(grant(upper(id)));
  expect(first).toMatchObject({ status: 200, body: { grants: [{ principal_id: id }] } });
  expect((await put(grant(id))).body.grants[0].id).toBe(first.body.grants[0].id);
  expect(await put(grant(id), grant(upper(id)))).toMatchObject({
    status: 400,
    body: { errors: [{ loc: ['body', 'grants', 1, 'principal_id'], type: 'duplicate' }] },
  });
});

it('a manager may send the unchanged owner in upper case', async () => {
  const { id: principal_id, token } = await makeUser(at, { role: 'editor' });
  const { body: read } = await at.rest('GET', `${workspace}/access`);
  const grants = [{ principal_type: 'user', principal_id, access_level: 'manage' }];
  await at.rest('PUT', `${workspace}/access`, { body: { visibility: 'shared', grants } });
  const owner_user_id = upper(read.owner_user_id);
  const { status, body } = await at.rest('PATCH', workspace, { token, body: { owner_user_id } });
  expect({ status, owner: body.owner_user_id }).toEqual({ status: 200, owner: read.owner_user_id });
});

it('connectors and links are recognized in upper case', async () => {
  const { data } = await at.graphql('mutation { createConnector(spaceSlug: "demo", name: "c") { id } }');
  const connector: string = data.createConnector.id;
  const authoring_query_connector_ids = [upper(connector), connector];
  const { body } = await at.rest('PATCH', workspace, { body: { authoring_query_connector_ids } });
  expect(body.authoring_query_connector_ids).toEqual([connector]);

  const { body: file } = await at.rest('GET', `${workspace}/file?path=${demo.notebookPath}`);
  const link = (target_id: string) =>
    at.rest('POST', `/documents/${upper(file.notebook_id)}/links`, {
      body: { target_type: 'repository', target_id },
    });
  expect(await link(upper(demo.repositoryId))).toMatchObject({
    status: 201,
    body: { target_id: demo.repositoryId },
  });
  expect((await link(demo.repositoryId)).status).toBe(409);
});

it('a GraphQL query accepts ids in upper case, as literals and as variables', async () => {
  const { prisma } = at.gateway.services;
  const { id: userId } = await prisma.user.findFirstOrThrow({ where: { isPlatformAdmin: true } });
  const [a, b] = [await makeWorker(at, { userId }), await makeWorker(at, { userId })];
  const query = `query($b: ID!) { space(slug: "demo") {
    a: worker(id: "${upper(a.id)}") { id } b: worker(id: $b) { id } } }`;
  const { data } = await at.graphql(query, { b: upper(b.id) });
  expect(data.space).toEqual({ a: { id: a.id }, b: { id: b.id } });
});

it('a user may name their own id in upper case', async () => {
  const { id, token } = await makeUser(at);
  const input = `{ userId: "${upper(id)}", name: "mine", scopes: [read] }`;
  const { errors, data } = await at.graphql(
    `mutation { createApiToken(input: ${input}) { apiToken { userId } } }`,
    {},
    token,
  );
  expect(errors).toBeUndefined();
  expect(data.createApiToken.apiToken.userId).toBe(id);
});
