import { describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorker } from '../support/factories/make-worker.js';
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

describe('members and teams', () => {
  it('are found by a part of the name or e-mail address, in any case and nothing else', async () => {
    const ann = await makeUser(at, { role: 'viewer', name: 'Ann_B 100% Sure' });
    const bob = await makeUser(at, { role: 'viewer', name: 'AnnXB 100x Sure' });
    await makeUser(at, { name: 'Ann_B elsewhere' });
    const team = await mutate('createTeam(spaceSlug: "demo", name: "Risk_Team") { id }', admin.token);
    await mutate('createTeam(spaceSlug: "demo", name: "RiskXTeam") { id }', admin.token);
    for (const { id } of [ann, bob])
      await mutate(
        `addTeamMember(spaceSlug: "demo", teamId: "${team.id}", userId: "${id}") { id }`,
        admin.token,
      );
    const find = async (text: string | null, more = '') => {
      const query = `query($text: String) { space(slug: "demo") {
        members(search: $text${more}) { totalCount nodes { userId } pageInfo { hasNextPage endCursor } }
        teams(search: $text) { totalCount nodes { id } }
        all: teams(first: 100) { nodes { id members(search: $text) { totalCount nodes { id } } } } } }`;
      const found = await run(query, viewer.token, { text });
      return { ...found, inTeam: found.all.nodes.find(({ id }: { id: string }) => id === team.id).members };
    };
    const one = { totalCount: 1, nodes: [{ userId: ann.id }] };
    expect(await find('aNN_b')).toMatchObject({
      ...{ members: one, teams: { totalCount: 0 }, inTeam: { totalCount: 1, nodes: [{ id: ann.id }] } },
    });
    expect((await find('0%')).members).toMatchObject(one);
    expect((await find('\\')).members.totalCount).toBe(0);
    const { email } = await run('query($id: ID!) { user(id: $id) { email } }', undefined, { id: bob.id });
    expect((await find(email.toUpperCase())).members.nodes).toEqual([{ userId: bob.id }]);
    expect((await find('sk_team')).teams).toEqual({ totalCount: 1, nodes: [{ id: team.id }] });
    const first = (await find('ann', ', first: 1')).members;
    expect(first).toMatchObject({
      totalCount: 2,
      nodes: [{ userId: bob.id }],
      pageInfo: { hasNextPage: true },
    });
    const next = (await find('ann', `, first: 1, after: "${first.pageInfo.endCursor}"`)).members;
    expect(next).toMatchObject({ ...one, totalCount: 2, pageInfo: { hasNextPage: false } });
    expect((await find(null)).members.totalCount).toBe((await find('')).members.totalCount);
    const query = 'query($text: String) { space(slug: "demo") { members(search: $text) { totalCount } } }';
    expect(await failure(query, viewer.token, { text: 'x'.repeat(201) })).toBe('invalid_request search');
    expect(await failure(query, stranger.token, { text: 'ann' })).toBe('not_found');
  });

  it('removing a member also removes their teams and grants in that space', async () => {
    const user = await makeUser(at);
    const set = (role: string) =>
      `setSpaceMember(spaceSlug: "demo", userId: "${user.id}", role: ${role}) { role user { id } }`;
    expect(await mutate(set('viewer'), admin.token)).toEqual({ role: 'viewer', user: { id: user.id } });
    expect(await mutate(set('editor'), admin.token)).toMatchObject({ role: 'editor' });
    expect(await space('role', user.token)).toEqual({ role: 'editor' });
    expect(
      await refused(`setSpaceMember(spaceSlug: "demo", userId: "${unknownId}", role: admin) { role }`),
    ).toBe('invalid_request userId');

    const team = await mutate('createTeam(spaceSlug: "demo", name: "Quants") { id }', admin.token);
    const member = `spaceSlug: "demo", teamId: "${team.id}", userId: "${user.id}"`;
    await mutate(`addTeamMember(${member}) { id }`, admin.token);
    const again = await mutate(
      `addTeamMember(${member}) { members { totalCount nodes { id } } }`,
      admin.token,
    );
    expect(again.members).toEqual({ totalCount: 1, nodes: [{ id: user.id }] });
    const { prisma } = at.gateway.services;
    await prisma.workspaceGrant.create({
      data: { workspaceId: demo.workspaceId, userId: user.id, accessLevel: 'manage' },
    });

    const remove = `removeSpaceMember(spaceSlug: "demo", userId: "${user.id}")`;
    expect(await mutate(remove, admin.token)).toBe(true);
    expect(await refused(remove, admin.token)).toBe('not_found');
    expect(await failure('{ space(slug: "demo") { id } }', user.token)).toBe('not_found');
    expect(await prisma.teamMember.count({ where: { userId: user.id } })).toBe(0);
    expect(await prisma.workspaceGrant.count({ where: { userId: user.id } })).toBe(0);
    expect(await refused(`addTeamMember(${member}) { id }`, admin.token)).toBe('invalid_request userId');
  });

  it('members are listed by page, each once', async () => {
    const seen: string[] = [];
    for (let after = ''; ; ) {
      const { members } = await space(
        `members(first: 2${after}) { totalCount nodes { userId } pageInfo { hasNextPage endCursor } }`,
        viewer.token,
      );
      seen.push(...members.nodes.map((node: { userId: string }) => node.userId));
      if (!members.pageInfo.hasNextPage) {
        expect(seen).toHaveLength(members.totalCount);
        break;
      }
      after = `, after: "${members.pageInfo.endCursor}"`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining([admin.id, editor.id, viewer.id]));
    expect(seen).not.toContain(stranger.id);
  });

  it('a team can be renamed, left and deleted through its own space only', async () => {
    await mutate('createSpace(input: {slug: "other", name: "Other"}) { id }');
    const { id } = await mutate('createTeam(spaceSlug: "demo", name: "A") { id }', admin.token);
    await mutate('createTeam(spaceSlug: "demo", name: "B") { id }', admin.token);
    const renamed = (slug: string, name: string) =>
      `renameTeam(spaceSlug: "${slug}", id: "${id}", name: "${name}") { name }`;
    expect(await refused(renamed('demo', 'B'), admin.token)).toBe('already_exists name');
    expect(await refused(renamed('demo', ' '), admin.token)).toBe('invalid_request name');
    expect(await refused(renamed('other', 'C'))).toBe('not_found');
    expect(await mutate(renamed('demo', 'C'), admin.token)).toEqual({ name: 'C' });
    const member = `spaceSlug: "demo", teamId: "${id}", userId: "${viewer.id}"`;
    await mutate(`addTeamMember(${member}) { id }`, admin.token);
    const left = await mutate(`removeTeamMember(${member}) { members { totalCount } }`, admin.token);
    expect(left).toEqual({ members: { totalCount: 0 } });
    expect(await refused(`removeTeamMember(${member}) { id }`, admin.token)).toBe('not_found');
    expect(await refused(`deleteTeam(spaceSlug: "other", id: "${id}")`)).toBe('not_found');
    expect(await mutate(`deleteTeam(spaceSlug: "demo", id: "${id}")`, admin.token)).toBe(true);
    expect(await refused('deleteTeam(spaceSlug: "demo", id: "nope")', admin.token)).toBe('not_found');
    const { teams } = await space('teams { nodes { name } }', viewer.token);
    expect(teams.nodes).toContainEqual({ name: 'B' });
    expect(teams.nodes).not.toContainEqual({ name: 'C' });
  });
});

describe('connectors and the catalog', () => {
  it('deleting a connector removes it from the workspaces that used it', async () => {
    const make = (name: string) =>
      mutate(`createConnector(spaceSlug: "demo", name: "${name}") { id name }`, admin.token);
    const [kept, gone] = [await make('kept'), await make('gone')];
    const { id } = await run(
      `mutation($ids: [ID!]) { createWorkspace(spaceSlug: "demo", input: {name: "w", defaultRepositoryId: "${demo.repositoryId}",
        authoringQueryConnectorIds: $ids}) { id } }`,
      admin.token,
      { ids: [kept.id, gone.id] },
    );
    const renameKept = `renameConnector(spaceSlug: "demo", id: "${kept.id}", name: `;
    expect(await refused(`${renameKept}"gone") { id }`, admin.token)).toBe('already_exists name');
    expect(await mutate(`${renameKept}"stays") { name }`, admin.token)).toEqual({ name: 'stays' });
    expect(
      await mutate(`deleteConnector(spaceSlug: "demo", id: "${gone.id.toUpperCase()}")`, admin.token),
    ).toBe(true);
    expect(await refused(`deleteConnector(spaceSlug: "demo", id: "${gone.id}")`, admin.token)).toBe(
      'not_found',
    );
    const seen = await space(
      `connectors { nodes { name } } workspace(id: "${id}") { authoringQueryConnectorIds }`,
      admin.token,
    );
    expect(seen).toEqual({
      connectors: { nodes: [{ name: 'stays' }] },
      workspace: { authoringQueryConnectorIds: [kept.id] },
    });
  });

  it('a catalog entry is unique within its type, listed by type, renamed and deleted', async () => {
    const make = (type: string, name: string) =>
      `createCatalogEntry(spaceSlug: "demo", input: {type: ${type}, name: "${name}"}) { id type name }`;
    const product = await mutate(make('product', 'Loans'), admin.token);
    await mutate(make('use_case', 'Loans'), admin.token);
    expect(await refused(make('product', 'Loans'), admin.token)).toBe('already_exists name');
    const list = async (args: string) =>
      (await space(`catalog${args} { nodes { type name } }`, viewer.token)).catalog.nodes;
    expect(await list('(type: product)')).toEqual([{ type: 'product', name: 'Loans' }]);
    expect(await list('')).toHaveLength(2);
    const which = `spaceSlug: "demo", id: "${product.id}"`;
    expect(await mutate(`renameCatalogEntry(${which}, name: "Credit") { name }`, admin.token)).toEqual({
      name: 'Credit',
    });
    expect(await mutate(`deleteCatalogEntry(${which})`, admin.token)).toBe(true);
    expect(await refused(`renameCatalogEntry(${which}, name: "x") { id }`, admin.token)).toBe('not_found');
    expect(await list('(type: product)')).toEqual([]);
  });
});

describe('kernel profiles and resource classes', () => {
  const profile = (input: string) =>
    `createKernelProfile(input: {displayName: "R", language: "R", kernelName: "ir", runtime: external, ${input}}) { id isDefault }`;

  it('have exactly one default, also when several are set at the same time', async () => {
    await mutate(profile('id: "r"'));
    const calls = ['r', 'python3', 'r', 'python3'].map(
      (id) => `updateKernelProfile(id: "${id}", input: {isDefault: true}) { id }`,
    );
    await Promise.all([...calls, profile('id: "r2", isDefault: true')].map((call) => mutate(call)));
    const defaults = async () => {
      const { kernelProfiles } = await space('kernelProfiles { id isDefault }');
      return kernelProfiles.filter((one: { isDefault: boolean }) => one.isDefault);
    };
    expect(await defaults()).toHaveLength(1);
    await mutate('updateKernelProfile(id: "python3", input: {isDefault: true}) { id }');
    expect(await defaults()).toEqual([{ id: 'python3', isDefault: true }]);
    expect(await mutate('deleteKernelProfile(id: "r2")')).toBe(true);
    expect(await refused('deleteKernelProfile(id: "r2")')).toBe('not_found');

    const large = `createResourceClass(input: {id: "large", name: "Large", cpuLimit: 8.5, memoryMb: 65536,
      workspaceStorageMb: 1, tmpStorageMb: 1, isDefault: true}) { id gpuCount isEnabled isDefault }`;
    expect(await mutate(large)).toEqual({ id: 'large', gpuCount: 0, isEnabled: true, isDefault: true });
    const { workerResourceClasses } = await space('workerResourceClasses { id isDefault }');
    expect(workerResourceClasses).toEqual([
      { id: 'large', isDefault: true },
      { id: 'standard', isDefault: false },
    ]);
    await mutate('updateResourceClass(id: "large", input: {isEnabled: false}) { id }');
    expect((await space('workerResourceClasses { id }')).workerResourceClasses).toEqual([{ id: 'standard' }]);
    const all = await space('workerResourceClasses(includeDisabled: true) { id isEnabled }');
    expect(all.workerResourceClasses).toContainEqual({ id: 'large', isEnabled: false });
    await mutate('updateResourceClass(id: "standard", input: {isDefault: true}) { id }');
  });

  it('take the life, the processes and the nodes of workers, and null brings back the defaults of the gateway', async () => {
    const selection =
      '{ maxProcesses idleMinutes maxAgeMinutes nodeSelector tolerations { key operator value effect } }';
    const sizes = 'name: "G", cpuLimit: 1, memoryMb: 64, workspaceStorageMb: 1, tmpStorageMb: 1';
    const defaults = { maxProcesses: 256, idleMinutes: null, maxAgeMinutes: null };
    expect(await mutate(`createResourceClass(input: {id: "plain", ${sizes}}) ${selection}`)).toEqual({
      ...defaults,
      nodeSelector: {},
      tolerations: [],
    });
    const created = `createResourceClass(input: {id: "gpu", ${sizes}, maxProcesses: 100, idleMinutes: 0,
      maxAgeMinutes: 30, nodeSelector: {pool: "gpu"}, tolerations: [{key: "gpu", operator: Exists}]}) ${selection}`;
    const gpu = {
      ...{ maxProcesses: 100, idleMinutes: 0, maxAgeMinutes: 30, nodeSelector: { pool: 'gpu' } },
      tolerations: [{ key: 'gpu', operator: 'Exists', value: null, effect: null }],
    };
    expect(await mutate(created)).toEqual(gpu);
    const changed = `updateResourceClass(id: "gpu", input: {idleMinutes: null, tolerations: []}) ${selection}`;
    expect(await mutate(changed)).toEqual({ ...gpu, idleMinutes: null, tolerations: [] });
    for (const [input, field] of [
      ['maxProcesses: 15', 'maxProcesses'],
      ['idleMinutes: -1', 'idleMinutes'],
      ['maxAgeMinutes: 525601', 'maxAgeMinutes'],
      ['nodeSelector: ["a"]', 'nodeSelector'],
      ['nodeSelector: null', 'nodeSelector'],
      ['nodeSelector: {a: 1}', 'nodeSelector a'],
      ['tolerations: [{value: "a"}]', 'tolerations 0 operator'],
    ]) {
      expect(await refused(`updateResourceClass(id: "gpu", input: {${input}}) { id }`)).toBe(
        `invalid_request ${field}`,
      );
    }
    for (const id of ['plain', 'gpu'])
      await at.gateway.services.prisma.resourceClass.delete({ where: { id } });
  });

  it('take the volume of workers, and null brings back the defaults of the gateway', async () => {
    const selection = '{ persistentVolume storageClass }';
    const sizes = 'name: "V", cpuLimit: 1, memoryMb: 64, workspaceStorageMb: 1, tmpStorageMb: 1';
    const create = (given: string) =>
      mutate(`createResourceClass(input: {id: "volume", ${sizes}${given}}) ${selection}`);
    const update = (given: string) => `updateResourceClass(id: "volume", input: {${given}}) ${selection}`;
    expect(await create(', storageClass: "fast.example-1"')).toEqual({
      persistentVolume: null,
      storageClass: 'fast.example-1',
    });
    expect(await mutate(update('storageClass: null, persistentVolume: true'))).toEqual({
      persistentVolume: true,
      storageClass: null,
    });
    const none = { persistentVolume: false, storageClass: null };
    expect(await mutate(update('persistentVolume: false'))).toEqual(none);
    for (const given of ['storageClass: "fast"', 'storageClass: "../x"', 'storageClass: ""'])
      expect(await refused(update(given))).toBe('invalid_request storageClass');
    expect(await mutate(update('isEnabled: true'))).toEqual(none);
    await at.gateway.services.prisma.resourceClass.delete({ where: { id: 'volume' } });
  });

  it('name the wrong field when they are refused', async () => {
    expect(await refused(profile('id: "python3"'))).toBe('already_exists id');
    expect(await refused(profile('id: "-r"'))).toBe('invalid_request id');
    expect(await refused('updateKernelProfile(id: "python3", input: {kernelName: "../x"}) { id }')).toBe(
      'invalid_request kernelName',
    );
    expect(await refused('updateKernelProfile(id: "python3", input: {isDefault: null}) { id }')).toBe(
      'invalid_request isDefault',
    );
    expect(await refused('updateKernelProfile(id: "nope", input: {}) { id }')).toBe('not_found');
    expect(await refused('updateResourceClass(id: "standard", input: {cpuLimit: 0}) { id }')).toBe(
      'invalid_request cpuLimit',
    );
    expect(await refused('updateResourceClass(id: "standard", input: {gpuCount: -1}) { id }')).toBe(
      'invalid_request gpuCount',
    );
    expect(await refused('updateResourceClass(id: "\\u0000", input: {}) { id }')).toBe('not_found');
  });

  it('a kernel profile that a worker used cannot be deleted', async () => {
    const { prisma } = at.gateway.services;
    await mutate(profile('id: "used"'));
    await makeWorker(at, { userId: editor.id, status: 'stopped', kernelProfileId: 'used', kernelName: 'ir' });
    expect(await refused('deleteKernelProfile(id: "used")')).toBe('invalid_request');
    expect(await prisma.kernelProfile.count({ where: { id: 'used' } })).toBe(1);
  });
});
