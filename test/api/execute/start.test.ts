import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { demo } from '../../../prisma/seed.js';
import { makeUser } from '../../support/factories/make-user.js';
import { at, openSession, session, setUpKernels } from './kernel-fixture.js';

setUpKernels();

describe('kernel profiles, resource classes and workers', () => {
  it('lists kernel profiles with their availability', async () => {
    const { status, body } = await at.rest('GET', '/kernel-profiles');
    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        {
          id: 'python3',
          display_name: 'Python 3',
          language: 'python',
          kernel_name: 'python3',
          runtime: 'local',
          is_default: true,
          is_available: true,
          unavailable_reason: null,
        },
      ],
      total: 1,
      page: 1,
      size: 20,
    });
  });

  it('lists enabled resource classes', async () => {
    const { prisma } = at.gateway.services;
    const data = {
      name: 'Off',
      cpuLimit: 1,
      memoryMb: 1,
      workspaceStorageMb: 1,
      tmpStorageMb: 1,
      isEnabled: false,
    };
    await prisma.resourceClass.create({ data: { id: 'off', ...data } });
    const { body } = await at.rest('GET', '/worker-resource-classes');
    expect(body.items).toEqual([
      {
        id: 'standard',
        name: 'Standard',
        cpu_limit: 2,
        memory_mb: 4096,
        gpu_count: 0,
        workspace_storage_mb: 10240,
        tmp_storage_mb: 2048,
        is_enabled: true,
        is_default: true,
      },
    ]);
    const refused = await at.rest('POST', '/workers', {
      body: { workspace_id: demo.workspaceId, resource_class_id: 'off' },
    });
    expect(refused).toMatchObject({
      status: 400,
      body: { errors: [{ loc: ['body', 'resource_class_id'] }] },
    });
  });

  it('a start with the same inputs answers the live worker of a session', async () => {
    const body = { workspace_id: demo.workspaceId };
    const again = await at.rest('POST', '/workers', { body });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({
      status: 'ready',
      backend: 'external',
      branch: 'main',
      repository_kind: 'analysis',
      kernel_name: 'python3',
      kernel_profile_id: 'python3',
      resource_class: { id: 'standard', cpu_limit: 2 },
      progress: { percent: 100 },
    });
    const list = await at.rest('GET', `/workers?workspace_id=${demo.workspaceId}`);
    expect(list.body.items.map((worker: { id: string }) => worker.id)).toEqual([again.body.id]);
    expect((await at.rest('GET', `/workers/${again.body.id}`)).body).toEqual(list.body.items[0]);
    const { token } = await makeUser(at, { role: 'editor' });
    expect((await at.rest('GET', '/workers', { token })).body.total).toBe(0);
  });

  it('a session that is live already answers 200', async () => {
    const again = await openSession('notebooks/welcome.ipynb');
    expect(again).toMatchObject({ status: 200, body: { id: session, status: 'idle' } });
  });

  it.each([
    [{ kernel_name: 'julia' }, 'kernel_name'],
    [{ kernel_name: 'julia', kernel_profile_id: 'python3' }, 'kernel_name'],
    [{ kernel_profile_id: 'nope' }, 'kernel_profile_id'],
    [{ repository_kind: 'project' }, 'repository_kind'],
    [{ branch: 'nope' }, 'branch'],
    [{ path: '../x' }, 'path'],
    [{ colour: 1 }, 'colour'],
  ])('a start with %j answers 400 and names the field', async (more, field) => {
    const answer = await at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId, ...more } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].loc).toEqual(['body', field]);
  });

  it('a start reports the faults of all fields at the same time, with those of the worker', async () => {
    const { prisma } = at.gateway.services;
    const { body: live } = await at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId } });
    const workspace = { name: 'Two', default_repository_id: demo.repositoryId };
    const { body: other } = await at.rest('POST', '/workspaces', { body: workspace });
    const body = {
      workspace_id: other.id,
      repository_kind: 'project',
      path: '../x',
      branch: 'a..b',
      kernel_name: 'x'.repeat(201),
      kernel_profile_id: 'nope',
      resource_class_id: 'nope',
      worker_id: live.id,
    };
    const before = await prisma.worker.count();
    const answer = await at.rest('POST', '/sessions', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ loc, type }: any) => [loc.join('.'), type])).toEqual([
      ['body.repository_kind', 'mismatch'],
      ['body.path', 'invalid_path'],
      ['body.branch', 'invalid_ref'],
      ['body.kernel_name', 'too_long'],
      ['body.kernel_profile_id', 'unknown'],
      ['body.resource_class_id', 'unknown'],
      ['body.worker_id', 'mismatch'],
    ]);
    expect(await prisma.worker.count()).toBe(before);
  });

  it('an unknown workspace or worker answers 404', async () => {
    expect((await at.rest('POST', '/workers', { body: { workspace_id: randomUUID() } })).status).toBe(404);
    expect((await openSession('x.ipynb', { worker_id: randomUUID() })).status).toBe(404);
    expect((await at.rest('DELETE', `/workers/${randomUUID()}`)).status).toBe(404);
    expect((await at.rest('DELETE', `/sessions/${randomUUID()}`)).status).toBe(404);
  });
});
