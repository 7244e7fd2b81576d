import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const create = (body: object, token?: string) => at.rest('POST', '/workspaces', { body, token });
const minimal = { name: 'Risk notebook review', default_repository_id: demo.repositoryId };

describe('creating a workspace', () => {
  it('uses the defaults of the contract', async () => {
    const answer = await create(minimal);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      space_slug: 'demo',
      name: 'Risk notebook review',
      default_repository_id: demo.repositoryId,
      default_branch: 'main',
      owner_user_id: expect.any(String),
      visibility: 'private',
      authoring_query_connector_ids: [],
      effective_permissions: { can_view: true, can_edit: true, can_manage: true },
      archived_at: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    const read = await at.rest('GET', `/workspaces/${answer.body.id}`);
    expect(read).toMatchObject({ status: 200, body: answer.body });
  });

  it.each([
    ['an unknown field', { ...minimal, colour: 'red' }, 'colour'],
    ['a missing name', { default_repository_id: demo.repositoryId }, 'name'],
    ['a wrong type', { ...minimal, name: 5 }, 'name'],
    ['an empty name', { ...minimal, name: '  ' }, 'name'],
    ['a long name', { ...minimal, name: 'x'.repeat(201) }, 'name'],
    ['control characters', { ...minimal, name: 'a\nb' }, 'name'],
    ['an unknown repository', { ...minimal, default_repository_id: demo.spaceId }, 'default_repository_id'],
    ['a bad repository id', { ...minimal, default_repository_id: '../x' }, 'default_repository_id'],
    ['an unknown branch', { ...minimal, default_branch: 'nope' }, 'default_branch'],
    ['an unknown owner', { ...minimal, owner_user_id: demo.spaceId }, 'owner_user_id'],
    ['an unknown visibility', { ...minimal, visibility: 'public' }, 'visibility'],
  ])('with %s answers 400 and names the field', async (_what, body, field) => {
    const answer = await create(body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.errors[0].loc).toEqual(['body', field]);
  });

  it('with a hostile branch answers 400 and names the branch, also to a change', async () => {
    const default_branch = '../../HEAD';
    const fault = { loc: ['body', 'default_branch'], msg: 'is not a valid branch name', type: 'invalid_ref' };
    const refused = { status: 400, body: { code: 'invalid_ref', errors: [fault] } };
    expect(await create({ ...minimal, default_branch })).toMatchObject(refused);
    const body = { default_branch };
    expect(await at.rest('PATCH', `/workspaces/${demo.workspaceId}`, { body })).toMatchObject(refused);
  });

  it('with an unknown connector answers 400 and names its index', async () => {
    const answer = await create({ ...minimal, authoring_query_connector_ids: [demo.spaceId] });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].loc).toEqual(['body', 'authoring_query_connector_ids', 0]);
  });

  it('with too many connectors answers 400 in one sentence, in REST and in GraphQL', async () => {
    for (const ids of [Array(19_000).fill('x'), Array(101).fill(demo.spaceId)]) {
      const fault = { msg: 'must have at most 100 items', type: 'too_long' };
      const loc = ['body', 'authoring_query_connector_ids'];
      const answers = [
        await create({ ...minimal, authoring_query_connector_ids: ids }),
        await at.rest('PATCH', `/workspaces/${demo.workspaceId}`, {
          body: { authoring_query_connector_ids: ids },
        }),
      ];
      for (const { status, body } of answers) {
        expect(status).toBe(400);
        expect(body.errors).toEqual([{ loc, ...fault }]);
      }
      const { errors } = await at.graphql(
        `mutation($input: UpdateWorkspaceInput!) {
          updateWorkspace(spaceSlug: "demo", id: "${demo.workspaceId}", input: $input) { id } }`,
        { input: { authoringQueryConnectorIds: ids } },
      );
      expect(errors![0].extensions.errors).toEqual([
        { path: ['authoringQueryConnectorIds'], message: fault.msg, type: fault.type },
      ]);
    }
  });

  it('answers 400 to malformed JSON and 415 to another media type', async () => {
    expect(await at.rest('POST', '/workspaces', { raw: '{"name":' })).toMatchObject({
      status: 400,
      body: { errors: [{ loc: ['body'] }] },
    });
    const form = { raw: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect(await at.rest('POST', '/workspaces', form)).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
  });

  it('needs the role editor', async () => {
    const viewer = await makeUser(at, { role: 'viewer' });
    expect(await create(minimal, viewer.token)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const editor = await makeUser(at, { role: 'editor' });
    expect(await create(minimal, editor.token)).toMatchObject({
      status: 201,
      body: { owner_user_id: editor.id },
    });
  });
});

describe('the list of workspaces', () => {
  it('contains what the caller can view, newest first, by page', async () => {
    const owner = await makeUser(at, { role: 'editor' });
    const other = await makeUser(at, { role: 'editor' });
    const mine = [];
    for (const name of ['one', 'two', 'three'])
      mine.push((await create({ ...minimal, name }, owner.token)).body);
    await create({ ...minimal, name: 'open', visibility: 'space' }, owner.token);

    const all = await at.rest('GET', '/workspaces?size=500', { token: owner.token });
    expect(all.body.size).toBe(100);
    const names = all.body.items.map((item: { name: string }) => item.name);
    expect(names.slice(0, 4)).toEqual(['open', 'three', 'two', 'one']);

    const second = await at.rest('GET', '/workspaces?page=2&size=2', { token: owner.token });
    expect(second.body).toMatchObject({ page: 2, size: 2, total: all.body.total });
    expect(second.body.items.map((item: { name: string }) => item.name)).toEqual(names.slice(2, 4));

    const seen = await at.rest('GET', '/workspaces?size=100', { token: other.token });
    const seenNames = seen.body.items.map((item: { name: string }) => item.name);
    expect(seenNames).toContain('open');
    expect(seenNames).not.toContain('one');
    expect(await at.rest('GET', `/workspaces/${mine[0].id}`, { token: other.token })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
  });

  it('answers 400 to a bad page and names it', async () => {
    const answer = await at.rest('GET', '/workspaces?page=0');
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ loc: ['query', 'page'] }] } });
  });

  it('contains the same rows by cursor in GraphQL', async () => {
    const query = `query($after: ID) { space(slug: "demo") { workspaces(first: 2, after: $after) {
      nodes { id } pageInfo { hasNextPage endCursor } totalCount } } }`;
    const ids: string[] = [];
    for (let after: string | null = null; ; ) {
      const { data } = await at.graphql(query, { after });
      const page = data.space.workspaces;
      ids.push(...page.nodes.map((node: { id: string }) => node.id));
      if (!page.pageInfo.hasNextPage) {
        expect(ids).toHaveLength(page.totalCount);
        break;
      }
      after = page.pageInfo.endCursor;
    }
    const rest = await at.rest('GET', '/workspaces?size=100');
    expect(ids).toEqual(rest.body.items.map((item: { id: string }) => item.id));
  });
});

it('an unknown workspace answers 404', async () => {
  for (const id of [demo.spaceId, 'not-a-uuid']) {
    expect(await at.rest('GET', `/workspaces/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'not_found', detail: 'The workspace was not found.' },
    });
  }
});

it('GraphQL creates an equal workspace and returns the same error code for the same fault', async () => {
  const mutation = `mutation($input: CreateWorkspaceInput!) { createWorkspace(spaceSlug: "demo", input: $input) {
    id name visibility effectivePermissions { canManage } } }`;
  const made = await at.graphql(mutation, {
    input: { name: 'graph', defaultRepositoryId: demo.repositoryId },
  });
  expect(made.data.createWorkspace).toMatchObject({
    name: 'graph',
    effectivePermissions: { canManage: true },
  });
  const refused = await at.graphql(mutation, { input: { name: '', defaultRepositoryId: demo.repositoryId } });
  expect(refused.errors?.[0]).toMatchObject({
    extensions: {
      code: 'invalid_request',
      errors: [{ path: ['name'], message: 'must not be empty', type: 'too_short' }],
    },
  });
});

describe('all faults of an input are reported at the same time', () => {
  const unknown = randomUUID();

  it('by REST with their locations', async () => {
    const body = {
      name: ' ',
      default_repository_id: unknown,
      default_branch: 'a..b',
      owner_user_id: unknown,
      authoring_query_connector_ids: [unknown, unknown],
    };
    const answer = await at.rest('POST', '/workspaces', { body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(answer.body.detail).toBe('name: must not be empty');
    expect(answer.body.errors.map(({ loc, msg }: any) => `${loc.join('.')} ${msg}`)).toEqual([
      'body.name must not be empty',
      'body.default_repository_id is not a repository of this space',
      'body.default_branch is not a valid branch name',
      'body.owner_user_id is not a member of this space',
      'body.authoring_query_connector_ids.0 is not a query connector of this space',
      'body.authoring_query_connector_ids.1 is not a query connector of this space',
    ]);
  });

  it('by GraphQL with their paths', async () => {
    const mutation = `mutation($input: UpdateWorkspaceInput!) {
      updateWorkspace(spaceSlug: "demo", id: "${demo.workspaceId}", input: $input) { id } }`;
    const nulls = await at.graphql(mutation, { input: { name: null, visibility: null } });
    expect(nulls.errors?.[0]?.extensions.errors.map(({ path }: any) => path)).toEqual([
      ['name'],
      ['visibility'],
    ]);
    const bad = { name: '', defaultBranch: 'nope', ownerUserId: unknown };
    const refused = await at.graphql(mutation, { input: bad });
    expect(refused.errors?.[0]).toMatchObject({
      message: 'name: must not be empty',
      extensions: {
        code: 'invalid_request',
        requestId: expect.any(String),
        errors: [{ path: ['name'] }, { path: ['defaultBranch'] }, { path: ['ownerUserId'] }],
      },
    });
  });
});
