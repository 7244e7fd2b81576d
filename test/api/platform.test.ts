import { describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { unknownId } from '../support/platform.js';
import {
  admin,
  at,
  editor,
  failure,
  mutate,
  refused,
  run,
  setUpPlatform,
  space,
  stranger,
  viewer,
} from './platform-fixture.js';

setUpPlatform();

describe('administration', () => {
  const forSpaceAdmins = () => [
    `setSpaceMember(spaceSlug: "demo", userId: "${editor.id}", role: admin) { role }`,
    `removeSpaceMember(spaceSlug: "demo", userId: "${viewer.id}")`,
    'createTeam(spaceSlug: "demo", name: "x") { id }',
    `renameTeam(spaceSlug: "demo", id: "${unknownId}", name: "x") { id }`,
    `deleteTeam(spaceSlug: "demo", id: "${unknownId}")`,
    `addTeamMember(spaceSlug: "demo", teamId: "${unknownId}", userId: "${editor.id}") { id }`,
    `removeTeamMember(spaceSlug: "demo", teamId: "${unknownId}", userId: "${editor.id}") { id }`,
    'createRepository(spaceSlug: "demo", input: {name: "x", kind: project}) { id }',
    `updateRepository(spaceSlug: "demo", id: "${demo.repositoryId}", input: {name: "x"}) { id }`,
    `setBranchProtection(spaceSlug: "demo", repositoryId: "${demo.repositoryId}", branch: "main", protected: true) { id }`,
    'createConnector(spaceSlug: "demo", name: "x") { id }',
    `renameConnector(spaceSlug: "demo", id: "${unknownId}", name: "x") { id }`,
    `deleteConnector(spaceSlug: "demo", id: "${unknownId}")`,
    'createCatalogEntry(spaceSlug: "demo", input: {type: product, name: "x"}) { id }',
    `renameCatalogEntry(spaceSlug: "demo", id: "${unknownId}", name: "x") { id }`,
    `deleteCatalogEntry(spaceSlug: "demo", id: "${unknownId}")`,
  ];
  const forPlatformAdmins = () => [
    'createSpace(input: {slug: "x", name: "x"}) { id }',
    'updateSpace(slug: "demo", input: {name: "x"}) { id }',
    'createUser(input: {name: "x", email: "x@example.com", isPlatformAdmin: true}) { id }',
    `updateUser(id: "${admin.id}", input: {isPlatformAdmin: true}) { id }`,
    'createKernelProfile(input: {id: "x", displayName: "x", language: "x", kernelName: "x", runtime: local}) { id }',
    'updateKernelProfile(id: "python3", input: {language: "x"}) { id }',
    'deleteKernelProfile(id: "python3")',
    `createResourceClass(input: {id: "x", name: "x", cpuLimit: 1, memoryMb: 64, workspaceStorageMb: 1,
      tmpStorageMb: 1}) { id }`,
    'updateResourceClass(id: "standard", input: {name: "x"}) { id }',
    `createApiToken(input: {userId: "${stranger.id}", name: "x", scopes: [read]}) { token }`,
  ];

  it('of a space is forbidden for editors, and not_found for users who are not members', async () => {
    for (const call of forSpaceAdmins()) {
      expect([call, await refused(call, editor.token)]).toEqual([call, 'forbidden']);
      expect([call, await refused(call, stranger.token)]).toEqual([call, 'not_found']);
    }
  });

  it('of the platform is forbidden for space admins', async () => {
    for (const call of forPlatformAdmins()) {
      expect([call, await refused(call, admin.token)]).toEqual([call, 'forbidden']);
    }
    expect(await run('{ me { isPlatformAdmin } }', admin.token)).toEqual({ isPlatformAdmin: false });
  });

  it('is refused for every user without the token scope admin', async () => {
    const { token } = await mutate(
      'createApiToken(input: {name: "w", scopes: [read, write, execute]}) { token }',
    );
    for (const call of [
      ...forSpaceAdmins(),
      ...forPlatformAdmins(),
      `revokeApiToken(id: "${unknownId}") { id }`,
    ]) {
      expect([call, await refused(call, token)]).toEqual([call, 'insufficient_scope']);
    }
  });
});

describe('API tokens', () => {
  it('are shown once, authenticate, are listed without their hash, and stop working when revoked', async () => {
    const made = await mutate(
      'createApiToken(input: {name: "ci", scopes: [read, read]}) { token apiToken { id scopes userId } }',
      editor.token,
    );
    expect(made.apiToken).toMatchObject({ scopes: ['read'], userId: editor.id });
    expect(await run('{ me { id } }', made.token)).toEqual({ id: editor.id });

    const { apiTokens } = await run(
      '{ me { apiTokens { totalCount nodes { id name revokedAt } } } }',
      editor.token,
    );
    expect(apiTokens.totalCount).toBe(2);
    expect(apiTokens.nodes[0]).toEqual({ id: made.apiToken.id, name: 'ci', revokedAt: null });
    expect((await at.graphql('{ me { apiTokens { nodes { hash } } } }')).errors).toBeDefined();

    const revoke = `revokeApiToken(id: "${made.apiToken.id}") { revokedAt }`;
    expect(await refused(revoke, admin.token)).toBe('not_found');
    expect(await refused(`revokeApiToken(id: "${unknownId}") { id }`, admin.token)).toBe('not_found');
    const { revokedAt } = await mutate(revoke, editor.token);
    expect(revokedAt).toMatch(/Z$/);
    expect(await mutate(revoke, editor.token)).toEqual({ revokedAt });
    expect((await at.graphql('{ me { id } }', {}, made.token)).status).toBe(401);
  });

  it('cannot have more scopes than the token that creates them', async () => {
    const narrow = await makeUser(at, { role: 'editor', scopes: ['read', 'admin'] });
    const make = (scopes: string) => `createApiToken(input: {name: "x", scopes: [${scopes}]}) { token }`;
    expect(await refused(make('read, write'), narrow.token)).toBe('insufficient_scope');
    expect(await mutate(make('read, admin'), narrow.token)).toHaveProperty('token');
    expect(await refused(make(''), narrow.token)).toBe('invalid_request scopes');
  });

  it('are created for other users by platform admins only, with an expiry in the future', async () => {
    const make = (input: string) => `createApiToken(input: {name: "x", scopes: [read], ${input}}) { token }`;
    const { token } = await mutate(make(`userId: "${viewer.id}"`));
    expect(await run('{ me { id } }', token)).toEqual({ id: viewer.id });
    expect(await refused(make(`userId: "${unknownId}"`))).toBe('invalid_request userId');
    expect(await refused(make('expiresAt: "2020-01-01T00:00:00Z"'))).toBe('invalid_request expiresAt');
    expect(await refused(make('expiresAt: "9999-12-31T23:59:59-12:00"'))).toBe('invalid_request expiresAt');
  });

  it('of another user are visible to platform admins only', async () => {
    const owner = `workspace(id: "${demo.workspaceId}") { owner { apiTokens { totalCount } } }`;
    expect((await space(owner)).workspace.owner.apiTokens.totalCount).toBeGreaterThan(0);
    expect(await failure(`{ space(slug: "demo") { ${owner} } }`, admin.token)).toBe('forbidden');
  });
});

describe('spaces and users', () => {
  it('a space is listed for its members and for platform admins', async () => {
    const made = await mutate('createSpace(input: {slug: "risk-1", name: " Risk "}) { slug name role }');
    expect(made).toEqual({ slug: 'risk-1', name: 'Risk', role: 'admin' });
    expect(await refused('createSpace(input: {slug: "risk-1", name: "x"}) { id }')).toBe(
      'already_exists slug',
    );
    expect(await refused('createSpace(input: {slug: "Risk", name: "x"}) { id }')).toBe(
      'invalid_request slug',
    );
    expect(await mutate('updateSpace(slug: "risk-1", input: {name: "Risks"}) { name }')).toEqual({
      name: 'Risks',
    });

    const spaces = '{ spaces { totalCount nodes { slug } } }';
    expect(await run(spaces)).toEqual({ totalCount: 2, nodes: [{ slug: 'risk-1' }, { slug: 'demo' }] });
    expect(await run(spaces, viewer.token)).toEqual({ totalCount: 1, nodes: [{ slug: 'demo' }] });
    expect(await run(spaces, stranger.token)).toEqual({ totalCount: 0, nodes: [] });
  });

  it('users are created and changed, and their email addresses are unique', async () => {
    const { id } = await mutate('createUser(input: {name: "Ann", email: "ann_1@example.com"}) { id }');
    expect(await refused('createUser(input: {name: "A", email: "ann_1@example.com"}) { id }')).toBe(
      'already_exists email',
    );
    expect(await refused('createUser(input: {name: "A", email: "no<b>@x"}) { id }')).toBe(
      'invalid_request email',
    );
    expect(await refused(`updateUser(id: "${id}", input: {name: null}) { id }`)).toBe('invalid_request name');
    expect(await refused(`updateUser(id: "${unknownId}", input: {name: "x"}) { id }`)).toBe('not_found');
    const changed = await mutate(
      `updateUser(id: "${id}", input: {name: "Anna", isPlatformAdmin: true}) { name isPlatformAdmin }`,
    );
    expect(changed).toEqual({ name: 'Anna', isPlatformAdmin: true });
    const me = await run('{ me { id } }');
    expect(await refused(`updateUser(id: "${me.id}", input: {isPlatformAdmin: false}) { id }`)).toBe(
      'invalid_request isPlatformAdmin',
    );

    const search = (text: string, token?: string) =>
      run('query($text: String) { users(search: $text) { nodes { id } } }', token, { text });
    expect(await search('NN_1@EX', admin.token)).toEqual({ nodes: [{ id }] });
    expect(await search('nn%1')).toEqual({ nodes: [] });
    expect(await search('nnx1')).toEqual({ nodes: [] });
    expect(await failure('{ users { totalCount } }', editor.token)).toBe('forbidden');
  });

  it('a user is read by the id by platform admins only', async () => {
    const read = 'query($id: ID!) { user(id: $id) { id email apiTokens { totalCount } } }';
    expect(await run(read, undefined, { id: editor.id })).toMatchObject({ id: editor.id });
    expect((await run(read, undefined, { id: editor.id.toUpperCase() })).id).toBe(editor.id);
    for (const id of [unknownId, 'x']) expect(await failure(read, undefined, { id })).toBe('not_found');
    // Who may not know whether there is such a user gets the same answer for all ids, also their own.
    for (const id of [unknownId, stranger.id, admin.id])
      expect(await failure(read, admin.token, { id })).toBe('forbidden');
    const { id: userId } = await run('{ me { id } }');
    const { token } = await mutate(
      `createApiToken(input: {userId: "${userId}", name: "x", scopes: [write]}) { token }`,
    );
    expect(await failure(read, token, { id: editor.id })).toBe('insufficient_scope');
  });
});

it('hostile text is refused or matches nothing, and never answers internal', async () => {
  const documents = [
    'query($text: String!) { users(search: $text) { totalCount } }',
    'query($text: String!) { space(slug: "demo") { members(search: $text) { totalCount } } }',
    'query($text: String!) { space(slug: "demo") { teams(search: $text) { totalCount } } }',
    'mutation($text: String!) { createSpace(input: {slug: $text, name: "x"}) { id } }',
    'mutation($text: String!) { createUser(input: {name: "x", email: $text}) { id } }',
    'mutation($text: ID!) { updateUser(id: $text, input: {name: "x"}) { id } }',
    'mutation($text: ID!) { revokeApiToken(id: $text) { id } }',
    'mutation($text: ID!) { createApiToken(input: {userId: $text, name: "x", scopes: [read]}) { token } }',
    'mutation($text: ID!) { setSpaceMember(spaceSlug: "demo", userId: $text, role: admin) { role } }',
    'mutation($text: ID!) { deleteTeam(spaceSlug: "demo", id: $text) }',
    'mutation($text: ID!) { createBranch(spaceSlug: "demo", repositoryId: $text, name: "x") { name } }',
    `mutation($text: String!) {
      deleteBranch(spaceSlug: "demo", repositoryId: "${demo.repositoryId}", name: $text) }`,
    'mutation($text: ID!) { deleteKernelProfile(id: $text) }',
  ];
  for (const text of ['\0', '\ud800', "'; --", '../..', 'x'.repeat(10_000)]) {
    for (const document of documents) {
      const code = await failure(document, undefined, { text });
      // A search for what nobody is called succeeds; all else names the field or has not found the id.
      const expected = document.startsWith('query')
        ? /^(|invalid_request search)$/
        : /^(not_found|invalid_\w+ \w+)$/;
      expect([document, text.slice(0, 9), expected.test(code) ? 'fine' : code]).toEqual([
        document,
        text.slice(0, 9),
        'fine',
      ]);
    }
  }
});
