import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeUser } from '../../support/factories/make-user.js';
import { makeWorkspace } from '../../support/factories/make-workspace.js';
import type { TestGateway } from '../../support/gateway.js';
import { openReplicas, type Replicas, type Watch, watch } from './replica-fixture.js';

const onServer = process.env.TEST_DB === 'postgres';

describe.runIf(onServer)('who has a workspace open', () => {
  let both: Replicas;
  const streams: Watch[] = [];
  beforeAll(async () => {
    both = await openReplicas();
  });
  afterEach(() => {
    for (const { leave } of streams.splice(0)) leave();
  });
  afterAll(() => both.close());

  function open(at: TestGateway, workspaceId: string, more: string, token?: string): Watch {
    const address = `spaceSlug: "demo", workspaceId: "${workspaceId}"`;
    const stream = watch(at, `workspacePresence(${address}, ${more}) { user { id } path }`, token);
    streams.push(stream);
    return stream;
  }
  /** Who has a workspace open, as a gateway answers it. */
  async function listed(at: TestGateway, workspaceId: string) {
    const { data } = await at.graphql(
      `{ space(slug: "demo") { workspace(id: "${workspaceId}") { presence { user { id } path } } } }`,
    );
    return data.space.workspace.presence;
  }

  it.each(['owner', 'other'] as const)('at the %s of two gateways is seen at both', async (where) => {
    const [here, there] = where === 'owner' ? [both.owner, both.other] : [both.other, both.owner];
    const { id: workspaceId } = await makeWorkspace(both.owner, { visibility: 'space' });
    const one = await makeUser(both.owner, { role: 'editor' });
    const two = await makeUser(both.owner, { role: 'viewer' });
    const dashboard = open(there, workspaceId, 'isListed: false');
    await expect.poll(() => dashboard.values).toEqual([[]]);
    const editing = open(here, workspaceId, 'path: "a.ipynb"', one.token);
    const first = { user: { id: one.id }, path: 'a.ipynb' };
    await expect.poll(() => dashboard.values.at(-1)).toEqual([first]);
    expect(await listed(there, workspaceId)).toEqual([first]);

    const beside = open(there, workspaceId, 'path: "b.md"', two.token);
    const all = [first, { user: { id: two.id }, path: 'b.md' }];
    for (const stream of [dashboard, editing, beside])
      await expect.poll(() => stream.values.at(-1)).toEqual(all);
    editing.leave();
    await expect.poll(() => dashboard.values.at(-1)).toEqual(all.slice(1));
    beside.leave();
    await expect.poll(() => dashboard.values.at(-1)).toEqual([]);
    for (const at of [here, there]) expect(await listed(at, workspaceId)).toEqual([]);
  });

  it('counts the limit of a user over both', async () => {
    const { id: workspaceId } = await makeWorkspace(both.owner, { visibility: 'space' });
    const { token, id: userId } = await makeUser(both.owner, { role: 'viewer' });
    const { presence } = both.owner.gateway.services.prisma;
    // Of a third gateway.
    const row = { workspaceId, userId, expiresAt: new Date(Date.now() + 60_000) };
    await presence.createMany({ data: Array.from({ length: 48 }, () => row) });
    for (const at of [both.owner, both.other]) open(at, workspaceId, 'path: "a.md"', token);
    await expect.poll(() => presence.count({ where: { userId } })).toBe(50);
    for (const at of [both.owner, both.other]) {
      const refused = open(at, workspaceId, 'path: "more.md"', token);
      await refused.ended;
      expect(refused.values[0].errors[0].extensions.code).toBe('rate_limited');
    }
  });
});
