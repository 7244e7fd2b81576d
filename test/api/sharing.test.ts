import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Visibility } from '../../prisma/generated/client/client.js';
import { demo } from '../../prisma/seed.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeTeam } from '../support/factories/make-team.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type RestAnswer, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
let owner: { id: string; token: string };
beforeAll(async () => {
  at = await openTestGateway();
  owner = await makeUser(at, { role: 'editor' });
});
afterAll(() => at.close());

const make = async (visibility: Visibility) =>
  (await makeWorkspace(at, { name: visibility, visibility, token: owner.token })).id;
const permissionsOf = async (id: string, token: string) => {
  const answer = await at.rest('GET', `/workspaces/${id}`, { token });
  if (answer.status === 403) return 'none';
  const { can_view, can_edit, can_manage } = answer.body.effective_permissions;
  return [can_view && 'view', can_edit && 'edit', can_manage && 'manage'].filter(Boolean).join(' ');
};
const share = (id: string, body: object, token = owner.token) =>
  at.rest('PUT', `/workspaces/${id}/access`, { body, token });

describe('access to a workspace', () => {
  it.each([
    ['space', { admin: 'view edit manage', editor: 'view edit', viewer: 'view' }],
    ['private', { admin: 'view edit manage', editor: 'none', viewer: 'none' }],
    ['shared', { admin: 'view edit manage', editor: 'none', viewer: 'none' }],
  ] as const)('with the visibility %s follows the space role', async (visibility, expected) => {
    const id = await make(visibility);
    expect(await permissionsOf(id, owner.token)).toBe('view edit manage');
    for (const role of ['admin', 'editor', 'viewer'] as const) {
      expect([role, await permissionsOf(id, (await makeUser(at, { role })).token)]).toEqual([
        role,
        expected[role],
      ]);
    }
  });

  it('follows grants to users and teams only while the visibility is shared', async () => {
    const id = await make('shared');
    const [editor, viewer, member, outsider] = await Promise.all([
      makeUser(at, { role: 'editor' }),
      makeUser(at, { role: 'viewer' }),
      makeUser(at, { role: 'viewer' }),
      makeUser(at, { role: 'editor' }),
    ]);
    const team = await makeTeam(at, { userIds: [member.id] });
    const grants = [
      { principal_type: 'user', principal_id: editor.id, access_level: 'view' },
      { principal_type: 'user', principal_id: viewer.id, access_level: 'view' },
      { principal_type: 'team', principal_id: team.id, access_level: 'manage' },
    ];
    const put = await share(id, { grants });
    expect(put).toMatchObject({
      status: 200,
      body: { workspace_id: id, visibility: 'shared', owner_user_id: owner.id },
    });
    expect(put.body.grants).toEqual(grants.map((grant) => ({ id: expect.any(String), ...grant })));

    const read = await at.rest('GET', `/workspaces/${id}/access`, { token: member.token });
    expect(read.body.grants).toEqual(expect.arrayContaining(put.body.grants));
    expect(await share(id, read.body)).toMatchObject({ status: 200, body: read.body });

    expect(await permissionsOf(id, editor.token)).toBe('view edit');
    expect(await permissionsOf(id, viewer.token)).toBe('view');
    expect(await permissionsOf(id, member.token)).toBe('view edit manage');
    expect(await permissionsOf(id, outsider.token)).toBe('none');
    await share(id, { visibility: 'private', grants });
    expect(await permissionsOf(id, member.token)).toBe('none');
    await share(id, { visibility: 'shared', grants: [] });
    expect(await permissionsOf(id, editor.token)).toBe('none');
  });

  it('is replaced with If-Match only where nobody has changed it since it was read', async () => {
    const id = await make('shared');
    const { id: userId } = await makeUser(at, { role: 'viewer' });
    const grants = [{ principal_type: 'user', principal_id: userId, access_level: 'view' }];
    const { token } = owner;
    const put = (etag: string, body: object) =>
      at.rest('PUT', `/workspaces/${id}/access`, { body, token, headers: { 'if-match': etag } });
    const read = (headers = {}) => at.rest('GET', `/workspaces/${id}/access`, { token, headers });
    const first = (await read()).headers.get('etag')!;
    expect(first).toMatch(/^"[0-9a-f]{40}"$/);
    expect((await read({ 'if-none-match': first })).status).toBe(304);
    const [one, other] = await Promise.all([
      put(first, { grants }),
      put(first, { visibility: 'space', grants: [] }),
    ]);
    expect([one.status, other.status].sort()).toEqual([200, 412]);
    const [won, lost] = one.status === 200 ? [one, other] : [other, one];
    expect(lost.body.code).toBe('precondition_failed');
    const second = await read();
    expect([second.body, second.headers.get('etag')]).toEqual([won.body, won.headers.get('etag')]);
    expect((await read({ 'if-none-match': first })).status).toBe(200);
    for (const stale of [first, `W/${second.headers.get('etag')}`, 'none', '""'])
      expect((await put(stale, { grants: [] })).status).toBe(412);
    expect((await put(`"x,", ${second.headers.get('etag')}`, { grants })).status).toBe(200);
    expect((await put('*', { grants: [] })).status).toBe(200);
    // The tag is of the whole answer: a new owner or visibility changes it too.
    const { etag } = Object.fromEntries((await read()).headers);
    await at.rest('PATCH', `/workspaces/${id}`, { body: { visibility: 'private' }, token });
    expect((await put(etag!, { grants: [] })).status).toBe(412);
  });

  it('is never replaced with If-None-Match: *, because every workspace has one', async () => {
    const id = await make('shared');
    const { token } = owner;
    const path = `/workspaces/${id}/access`;
    const etag = (await at.rest('GET', path, { token })).headers.get('etag')!;
    const body = { visibility: 'space', grants: [] };
    const never = { 'if-none-match': '*' };
    for (const headers of [never, { ...never, 'if-match': etag }, { ...never, 'if-match': '*' }]) {
      const refused = await at.rest('PUT', path, { body, token, headers });
      expect([refused.status, refused.body.code]).toEqual([412, 'precondition_failed']);
    }
    const { body: read, headers } = await at.rest('GET', path, { token });
    expect([read.visibility, headers.get('etag')]).toEqual(['shared', etag]);
    // It is checked last: what is wrong anyway is said first.
    const editor = await makeUser(at, { role: 'editor' });
    const hidden = await at.rest('PUT', path, { body, token: editor.token, headers: never });
    expect(hidden.status).toBe(403);
    const unknown = { grants: [{ principal_type: 'user', principal_id: id, access_level: 'view' }] };
    expect((await at.rest('PUT', path, { body: unknown, token, headers: never })).status).toBe(400);
  });

  describe('that changes between the check of a replacement and its write', () => {
    /** Answers a replacement whose write waits for a change. */
    const replacedAfter = async (
      change: () => Promise<{ status: number }>,
      late: () => Promise<RestAnswer>,
    ) => {
      const { prisma } = at.gateway.services;
      const transaction = prisma.$transaction.bind(prisma) as (work: unknown) => Promise<unknown>;
      let meanwhile: { status: number } | undefined;
      const waiting = vi.spyOn(prisma, '$transaction').mockImplementationOnce(async (work: unknown) => {
        meanwhile = await change();
        return transaction(work);
      });
      const { status, body } = await late();
      waiting.mockRestore();
      expect(meanwhile?.status).toBe(200);
      return [status, body.code];
    };
    const manages = (id: string) => [{ principal_type: 'user', principal_id: id, access_level: 'manage' }];
    const accessOf = async (id: string) =>
      (await at.rest('GET', `/workspaces/${id}/access`, { token: at.token })).body;

    it('gives no grant back to a manager who lost it', async () => {
      const id = await make('shared');
      const manager = await makeUser(at, { role: 'editor' });
      const grants = manages(manager.id);
      await share(id, { grants });
      const answer = await replacedAfter(
        () => share(id, { grants: [] }),
        () => share(id, { grants }, manager.token),
      );
      expect(answer).toEqual([403, 'forbidden']);
      expect((await accessOf(id)).grants).toEqual([]);
    });

    it('does not set back an owner', async () => {
      const id = await make('shared');
      const next = await makeUser(at, { role: 'editor' });
      const grants = manages(owner.id);
      const answer = await replacedAfter(
        () => share(id, { owner_user_id: next.id, grants }),
        () => share(id, { owner_user_id: owner.id, grants }),
      );
      expect(answer).toEqual([403, 'forbidden']);
      expect((await accessOf(id)).owner_user_id).toBe(next.id);
    });

    it('does not change a workspace that was archived', async () => {
      const id = await make('shared');
      const answer = await replacedAfter(
        () => at.rest('POST', `/workspaces/${id}/archive`, { token: owner.token }),
        () => share(id, { visibility: 'space', grants: [] }),
      );
      expect(answer).toEqual([409, 'workspace_archived']);
      expect((await accessOf(id)).visibility).toBe('shared');
    });
  });

  it('is replaced over GraphQL on the same condition', async () => {
    const id = await make('shared');
    const read = `query ($id: ID!) { space(slug: "demo") { workspace(id: $id) { access { etag } } } }`;
    const replace = `mutation ($id: ID!, $ifMatch: [String!], $visibility: Visibility) {
      replaceWorkspaceAccess(spaceSlug: "demo", id: $id, input: { visibility: $visibility, grants: [] }, ifMatch: $ifMatch) {
        etag visibility } }`;
    const { etag } = (await at.graphql(read, { id }, owner.token)).data.space.workspace.access;
    const replaced = await at.graphql(replace, { id, ifMatch: etag, visibility: 'space' }, owner.token);
    expect(replaced.data.replaceWorkspaceAccess).toEqual({
      etag: expect.not.stringContaining(etag),
      visibility: 'space',
    });
    for (const ifMatch of [[etag], []]) {
      const refused = await at.graphql(replace, { id, ifMatch, visibility: 'private' }, owner.token);
      expect(refused.errors![0].extensions.code).toBe('precondition_failed');
    }
    const editor = await makeUser(at, { role: 'editor' });
    const hidden = await at.graphql(replace, { id, ifMatch: ['x'] }, editor.token);
    expect(hidden.errors![0].extensions.code).toBe('forbidden');
    const whatever = await at.graphql(replace, { id, ifMatch: null, visibility: 'private' }, owner.token);
    expect(whatever.data.replaceWorkspaceAccess.visibility).toBe('private');
  });

  it('can be read and replaced only with can_manage', async () => {
    const id = await make('space');
    const editor = await makeUser(at, { role: 'editor' });
    expect((await at.rest('GET', `/workspaces/${id}/access`, { token: editor.token })).status).toBe(403);
    expect((await share(id, { grants: [] }, editor.token)).status).toBe(403);
    expect(
      (await at.rest('PATCH', `/workspaces/${id}`, { body: { name: 'x' }, token: editor.token })).status,
    ).toBe(403);
    expect((await at.rest('POST', `/workspaces/${id}/archive`, { token: editor.token })).status).toBe(403);
  });

  it('does not let a manager who is not the owner change the owner', async () => {
    const id = await make('shared');
    const manager = await makeUser(at, { role: 'viewer' });
    await share(id, {
      grants: [{ principal_type: 'user', principal_id: manager.id, access_level: 'manage' }],
    });
    const body = { owner_user_id: manager.id };
    expect(await at.rest('PATCH', `/workspaces/${id}`, { body, token: manager.token })).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect((await share(id, { ...body, grants: [] }, manager.token)).status).toBe(403);
    expect(
      (await at.rest('PATCH', `/workspaces/${id}`, { body, token: owner.token })).body.owner_user_id,
    ).toBe(manager.id);
  });

  it.each([
    [
      { grants: [{ principal_type: 'user', principal_id: demo.spaceId, access_level: 'view' }] },
      ['grants', 0, 'principal_id'],
    ],
    [
      { grants: [{ principal_type: 'team', principal_id: 'x', access_level: 'view' }] },
      ['grants', 0, 'principal_id'],
    ],
    [
      { grants: [{ principal_type: 'robot', principal_id: demo.spaceId, access_level: 'view' }] },
      ['grants', 0, 'principal_type'],
    ],
    [{}, ['grants']],
    [{ grants: [], colour: 1 }, ['colour']],
  ])('given as %j answers 400 and names the field', async (body, loc) => {
    const id = await make('shared');
    const answer = await share(id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].loc).toEqual(['body', ...loc]);
  });

  it('with the same principal twice answers 400', async () => {
    const id = await make('shared');
    const { id: userId } = await makeUser(at, { role: 'viewer' });
    const grant = { principal_type: 'user', principal_id: userId, access_level: 'view' };
    expect((await share(id, { grants: [grant, grant] })).body.errors[0].type).toBe('duplicate');
  });
});

describe('a workspace', () => {
  it('changes only the fields that a PATCH sends', async () => {
    const id = await make('private');
    const connector = await at.gateway.services.prisma.queryConnector.create({
      data: { spaceId: demo.spaceId, name: `c-${id}` },
    });
    const patch = (body: object) => at.rest('PATCH', `/workspaces/${id}`, { body, token: owner.token });
    const first = await patch({ authoring_query_connector_ids: [connector.id], visibility: 'space' });
    expect(first.body).toMatchObject({
      name: 'private',
      visibility: 'space',
      authoring_query_connector_ids: [connector.id],
    });
    expect((await patch({ name: 'new' })).body).toMatchObject({
      name: 'new',
      authoring_query_connector_ids: [connector.id],
    });
    expect((await patch({ authoring_query_connector_ids: null })).body.authoring_query_connector_ids).toEqual(
      [],
    );
    expect((await patch({ default_branch: 'nope' })).body.errors[0].loc).toEqual(['body', 'default_branch']);
    expect((await patch({ name: null })).status).toBe(400);
  });

  it('is read only and not listed once archived, and archiving is idempotent', async () => {
    const id = await make('private');
    const { token } = owner;
    const archived = await at.rest('POST', `/workspaces/${id}/archive`, { token });
    expect(archived).toMatchObject({ status: 200, body: { archived_at: expect.stringMatching(/Z$/) } });
    const again = await at.rest('POST', `/workspaces/${id}/archive`, { token });
    expect(again.body.archived_at).toBe(archived.body.archived_at);
    const ids = async (query: string) =>
      (await at.rest('GET', `/workspaces${query}`, { token })).body.items.map(
        (item: { id: string }) => item.id,
      );
    expect(await ids('?size=100')).not.toContain(id);
    expect(await ids('?size=100&include_archived=true')).toContain(id);
    expect((await at.rest('GET', `/workspaces/${id}/files`, { token })).status).toBe(200);
    for (const [method, path, body] of [
      ['PATCH', '', { name: 'x' }],
      ['PUT', '/access', { grants: [] }],
      ['POST', '/files', { path: 'x.ipynb' }],
    ] as const) {
      expect(await at.rest(method, `/workspaces/${id}${path}`, { body, token })).toMatchObject({
        status: 409,
        body: { code: 'workspace_archived' },
      });
    }
    const start = await at.rest('POST', '/workers', { body: { workspace_id: id }, token });
    expect(start).toMatchObject({ status: 409, body: { code: 'workspace_archived' } });
    const back = await at.graphql(
      `mutation { unarchiveWorkspace(spaceSlug: "demo", id: "${id}") { archivedAt } }`,
      {},
      token,
    );
    expect(back.data.unarchiveWorkspace.archivedAt).toBeNull();
  });

  it('that is archived makes its repository read only when no open workspace is over it', async () => {
    const { id: repositoryId } = await makeRepository(at);
    const { id } = await makeWorkspace(at, { defaultRepositoryId: repositoryId, visibility: 'space' });
    const create = (path: string) =>
      at.rest('POST', `/repositories/${repositoryId}/files`, { body: { path } });
    const { notebook_id } = (await create('a.ipynb')).body;
    await at.rest('POST', `/workspaces/${id}/archive`);
    const refused = { status: 409, body: { code: 'workspace_archived' } };
    expect(await create('b.ipynb')).toMatchObject(refused);
    const link = { target_type: 'repository', target_id: demo.repositoryId };
    expect(await at.rest('POST', `/documents/${notebook_id}/links`, { body: link })).toMatchObject(refused);
    expect((await at.rest('GET', `/repositories/${repositoryId}/files`)).body.total).toBe(1);
    await at.graphql(`mutation { unarchiveWorkspace(spaceSlug: "demo", id: "${id}") { id } }`);
    expect((await create('b.ipynb')).status).toBe(201);
  });
});
