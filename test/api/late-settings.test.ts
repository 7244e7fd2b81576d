import { describe, expect, it } from 'vitest';
import type { Prisma } from '../../prisma/generated/client/client.js';
import { demo } from '../../prisma/seed.js';
import { setRemote } from '../../src/remotes/set-remote.js';
import { createSchedule } from '../../src/schedules/create-schedule.js';
import { updateUser } from '../../src/spaces/update-user.js';
import { archiveWorkspace } from '../../src/workspaces/archive-workspace.js';
import { unarchiveWorkspace } from '../../src/workspaces/unarchive-workspace.js';
import { type UpdateWorkspaceInput, updateWorkspace } from '../../src/workspaces/update-workspace.js';
import { changeWhile, contextOf } from '../support/change-while.js';
import { testDatabaseKind } from '../support/database.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { makeUser, type TestUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { at, setUpPlatform } from './platform-fixture.js';

setUpPlatform();

/** A shared workspace with an owner, and with somebody else who may manage it. */
async function makeShared(): Promise<{ id: string; owner: TestUser; manager: TestUser }> {
  const [owner, manager] = await Promise.all([
    makeUser(at, { role: 'editor' }),
    makeUser(at, { role: 'editor' }),
  ]);
  const { id } = await makeWorkspace(at, { visibility: 'shared', token: owner.token });
  const grants = [{ principal_type: 'user', principal_id: manager.id, access_level: 'manage' }];
  await change('PUT', `/workspaces/${id}/access`, owner.token, { grants });
  return { id, owner, manager };
}

async function change(method: string, path: string, token: string, body?: object): Promise<void> {
  const answer = await at.rest(method, path, { token, body });
  expect([path, answer.status]).toEqual([path, 200]);
}

const takeGrants = (id: string, { token }: TestUser) =>
  change('PUT', `/workspaces/${id}/access`, token, { grants: [] });
const archive = (id: string, { token }: TestUser) => change('POST', `/workspaces/${id}/archive`, token);
const rowOf = (id: string) => at.gateway.services.prisma.workspace.findUniqueOrThrow({ where: { id } });

describe('a workspace that changes between the check of a command and its write', () => {
  const update = (token: string, id: string, input: UpdateWorkspaceInput, meanwhile: () => Promise<void>) =>
    changeWhile(at, token, meanwhile, (services, ctx) =>
      updateWorkspace(services, ctx, demo.slug, id, input),
    );

  it('is not changed by a manager who lost the grant', async () => {
    const { id, owner, manager } = await makeShared();
    const updated = update(manager.token, id, { name: 'Late', visibility: 'space' }, () =>
      takeGrants(id, owner),
    );
    await expect(updated).rejects.toMatchObject({ code: 'forbidden' });
    expect((await rowOf(id)).visibility).toBe('shared');
  });

  it('does not get its former owner back', async () => {
    const { id, owner, manager } = await makeShared();
    const give = () => change('PATCH', `/workspaces/${id}`, owner.token, { owner_user_id: manager.id });
    const updated = update(owner.token, id, { ownerUserId: owner.id }, give);
    await expect(updated).rejects.toMatchObject({ code: 'forbidden' });
    expect((await rowOf(id)).ownerUserId).toBe(manager.id);
  });

  it('is not changed once it is archived', async () => {
    const { id, owner } = await makeShared();
    const updated = update(owner.token, id, { name: 'Late' }, () => archive(id, owner));
    await expect(updated).rejects.toMatchObject({ code: 'workspace_archived' });
    expect((await rowOf(id)).name).not.toBe('Late');
  });

  it('is not archived by a manager who lost the grant', async () => {
    const { id, owner, manager } = await makeShared();
    const archived = changeWhile(
      at,
      manager.token,
      () => takeGrants(id, owner),
      (services, ctx) => archiveWorkspace(services, ctx, demo.slug, id),
    );
    await expect(archived).rejects.toMatchObject({ code: 'forbidden' });
    expect((await rowOf(id)).archivedAt).toBeNull();
  });

  it('keeps the time at which somebody else has archived it', async () => {
    const { id, owner } = await makeShared();
    const archived = await changeWhile(
      at,
      owner.token,
      () => archive(id, owner),
      async (services, ctx) => {
        const published: string[] = [];
        const bus = Object.assign(Object.create(services.bus), {
          publish: (topic: string) => published.push(topic),
        });
        const workspace = await archiveWorkspace({ ...services, bus }, ctx, demo.slug, id);
        return { published, workspace };
      },
    );
    expect(archived.workspace.archivedAt).toEqual((await rowOf(id)).archivedAt);
    expect(archived.published).toEqual([]);
  });

  it('is not brought back from the archive by a manager who lost the grant', async () => {
    const { id, owner, manager } = await makeShared();
    await archive(id, owner);
    const { prisma } = at.gateway.services;
    const live = changeWhile(
      at,
      manager.token,
      () => prisma.workspaceGrant.deleteMany({ where: { workspaceId: id } }),
      (services, ctx) => unarchiveWorkspace(services, ctx, demo.slug, id),
    );
    await expect(live).rejects.toMatchObject({ code: 'forbidden' });
    expect((await rowOf(id)).archivedAt).not.toBeNull();
  });

  it.each([
    ['archived', archive, 'workspace_archived'],
    ['not shared any more', takeGrants, 'forbidden'],
  ] as const)('gets no schedule once it is %s', async (_what, meanwhile, code) => {
    const { id, owner, manager } = await makeShared();
    const created = changeWhile(
      at,
      manager.token,
      () => meanwhile(id, owner),
      (services, ctx) =>
        createSchedule(services, ctx, demo.slug, { workspaceId: id, path: 'a.ipynb', cron: '@daily' }),
    );
    await expect(created).rejects.toMatchObject({ code });
    expect(await at.gateway.services.prisma.schedule.count({ where: { workspaceId: id } })).toBe(0);
  });
});

describe('a platform admin who lost the role after the request was authenticated', () => {
  it('takes it from nobody else, so one platform admin remains', async () => {
    const [one, other] = await Promise.all([
      makeUser(at, { isPlatformAdmin: true }),
      makeUser(at, { isPlatformAdmin: true }),
    ]);
    const { services } = at.gateway;
    const late = await contextOf(at, one.token);
    const demoted = { isPlatformAdmin: false };
    await updateUser(services, await contextOf(at, other.token), one.id, demoted);
    await expect(updateUser(services, late, other.id, demoted)).rejects.toMatchObject({ code: 'forbidden' });
    const { isPlatformAdmin } = await services.prisma.user.findUniqueOrThrow({ where: { id: other.id } });
    expect(isPlatformAdmin).toBe(true);
  });
});

describe('a remote that is set while another request removes its secret', () => {
  it.runIf(testDatabaseKind === 'postgresql')('does not get the secret back', async () => {
    const { services } = at.gateway;
    const { prisma } = services;
    const { id: repositoryId } = await makeRepository(at);
    const where = { repositoryId };
    const url = 'https://remote.invalid/repository.git';
    await prisma.repositoryRemote.create({ data: { ...where, url, secret: new Uint8Array(60) } });
    const ctx = await contextOf(at, at.token);
    const work = async (tx: Prisma.TransactionClient) => {
      await tx.repositoryRemote.update({ where, data: { secret: null } });
      const setting = setRemote(services, ctx, demo.slug, repositoryId, { url });
      const blocked = () => prisma.$queryRaw<{ n: number }[]>`
        SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await expect.poll(async () => (await blocked())[0]!.n, { timeout: 15_000 }).toBeGreaterThan(0);
      return { setting };
    };
    const { setting } = await prisma.$transaction(work, { timeout: 20_000 });
    expect((await setting).secret).toBeNull();
  });
});
