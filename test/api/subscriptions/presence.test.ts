import { describe, expect, it } from 'vitest';
import { PresenceRegister } from '../../../src/workspaces/presence/presence-register.js';
import { makeUser, type TestUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import {
  at,
  open,
  type Stream,
  services,
  setUpStreams,
  type Transport,
  transports,
  until,
} from './subscription-fixture.js';

setUpStreams();

const watch = `subscription ($id: ID!, $path: String, $isListed: Boolean) {
  workspacePresence(spaceSlug: "demo", workspaceId: $id, path: $path, isListed: $isListed) { user { id } path since } }`;

/** The users and files of the newest list that a stream has got. */
const newest = ({ results }: Stream): [string, string | null][] | undefined =>
  results.at(-1)?.data?.workspacePresence.map(({ user, path }: any) => [user.id, path]);

async function listed(workspaceId: string, token = at.token): Promise<[string, string | null][]> {
  const { data } = await at.graphql(
    `{ space(slug: "demo") { workspace(id: "${workspaceId}") { presence { user { id } path } } } }`,
    {},
    token,
  );
  return data.space.workspace.presence.map(({ user, path }: any) => [user.id, path]);
}

async function shared(): Promise<{ id: string; one: TestUser; two: TestUser }> {
  const [one, two] = [await makeUser(at, { role: 'editor' }), await makeUser(at, { role: 'viewer' })];
  return { id: (await makeWorkspace(at, { visibility: 'space', token: one.token })).id, one, two };
}

describe('workspacePresence', () => {
  it.each<Transport>(transports)('shows who comes and goes over %s', async (transport) => {
    const { id, one, two } = await shared();
    const first = open(watch, { id, path: 'a.ipynb' }, one.token, transport);
    await until(() => first.results.length === 1);
    expect(newest(first)).toEqual([[one.id, 'a.ipynb']]);
    const second = open(watch, { id }, two.token, transport);
    await until(() => newest(first)?.length === 2 && newest(second)?.length === 2);
    expect(newest(first)).toEqual([
      [one.id, 'a.ipynb'],
      [two.id, null],
    ]);
    expect(await listed(id, two.token)).toEqual(newest(first));
    second.leave();
    await until(() => newest(first)?.length === 1);
    first.leave();
    await until(async () => (await listed(id)).length === 0);
  });

  it('lists a user once for each file, and one who only watches not at all', async () => {
    const { id, one, two } = await shared();
    const dashboard = open(watch, { id, isListed: false }, two.token);
    await until(() => dashboard.results.length === 1);
    expect(newest(dashboard)).toEqual([]);
    const tabs = ['a.md', 'a.md', 'b.md'].map((path) => open(watch, { id, path }, one.token));
    await until(() => newest(dashboard)?.length === 2 && tabs.every(({ results }) => results.length > 0));
    expect(await listed(id)).toEqual(
      expect.arrayContaining([
        [one.id, 'a.md'],
        [one.id, 'b.md'],
      ]),
    );
    tabs[0]!.leave();
    await until(async () => (await services().prisma.presence.count({ where: { workspaceId: id } })) === 2);
    expect(await listed(id)).toHaveLength(2);
  });

  it('is refused to those who cannot view the workspace, and ends when they no longer can', async () => {
    const { id, one, two } = await shared();
    const stranger = await makeUser(at);
    const refused = open(watch, { id }, stranger.token);
    await refused.ended;
    expect(refused.results).toMatchObject([{ errors: [{ extensions: { code: 'not_found' } }] }]);
    const stream = open(watch, { id }, two.token);
    await until(() => stream.results.length === 1);
    const { status } = await at.rest('PATCH', `/workspaces/${id}`, {
      token: one.token,
      body: { visibility: 'private' },
    });
    expect(status).toBe(200);
    await stream.ended;
    expect(stream.results.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'forbidden' } }] });
    await until(async () => (await listed(id)).length === 0);
  });

  it('is not shown to a token that may only write', async () => {
    const { id } = await shared();
    const { token } = await makeUser(at, { role: 'admin', scopes: ['write'] });
    const { errors } = await at.graphql(
      `mutation { updateWorkspace(spaceSlug: "demo", id: "${id}", input: {name: "X"}) { presence { path } } }`,
      {},
      token,
    );
    expect(errors?.[0].extensions.code).toBe('insufficient_scope');
  });

  it('refuses a path that cannot be one, and a user who has the workspace open 50 times', async () => {
    const { id, one } = await shared();
    const long = open(watch, { id, path: 'x'.repeat(4_097) }, one.token);
    await long.ended;
    expect(long.results[0].errors[0].extensions).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: ['path'] }],
    });
    const row = { workspaceId: id, userId: one.id, expiresAt: new Date(Date.now() + 60_000) };
    await services().prisma.presence.createMany({ data: Array.from({ length: 50 }, () => row) });
    const more = open(watch, { id }, one.token);
    await more.ended;
    expect(more.results[0].errors[0].extensions.code).toBe('rate_limited');
  });
});

it('what a killed gateway has left expires, and what is open does not', async () => {
  const { id, one, two } = await shared();
  const { prisma, bus, log } = services();
  await prisma.presence.create({ data: { workspaceId: id, userId: two.id, expiresAt: new Date(0) } });
  const register = new PresenceRegister({ prisma, bus, log, renewMs: 50 });
  const leave = await register.enter({ workspaceId: id, userId: one.id, path: null });
  let changes = 0;
  const ignore = bus.subscribe('presence', id, () => changes++);
  const before = await prisma.presence.findFirstOrThrow({ where: { userId: one.id } });
  expect(await listed(id)).toEqual([[one.id, null]]);
  register.begin();
  await until(async () => (await prisma.presence.count({ where: { userId: two.id } })) === 0);
  await until(() => changes > 0);
  await until(
    async () =>
      (await prisma.presence.findFirstOrThrow({ where: { id: before.id } })).expiresAt > before.expiresAt,
  );
  await prisma.presence.delete({ where: { id: before.id } });
  await until(async () => (await listed(id)).length === 1);
  leave();
  await until(async () => (await listed(id)).length === 0);
  ignore();
  await register.close();
});
