import { describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { profileOfKernel } from '../../src/profiles/profile-of-kernel.js';
import { admin, at, mutate, refused, setUpPlatform, space, viewer } from './platform-fixture.js';

setUpPlatform();

const create = (id: string, more: string) =>
  `createKernelProfile(input: {
    id: "${id}", displayName: "x", language: "x", kernelName: "x", ${more}}) { id backend image egress
    environment { name value } warmImports resourceClassIds }`;
const update = (id: string, input: string) =>
  `updateKernelProfile(id: "${id}", input: {${input}}) { backend image egress
    environment { name value } warmImports resourceClassIds }`;

describe('kernel profiles', () => {
  it('say what their workers need, and are changed field by field', async () => {
    const full = `runtime: dedicated, backend: docker, image: "worker:1", egress: true, warmImports: ["numpy"],
      environment: [{name: "A", value: "1"}], resourceClassIds: ["standard"]`;
    const stored = {
      backend: 'docker',
      image: 'worker:1',
      egress: true,
      warmImports: ['numpy'],
      environment: [{ name: 'A', value: '1' }],
      resourceClassIds: ['standard'],
    };
    expect(await mutate(create('full', full))).toEqual({ id: 'full', ...stored });
    expect(await mutate(update('full', 'egress: false'))).toEqual({ ...stored, egress: false });
    expect(await mutate(update('full', 'backend: null, image: null, environment: []'))).toEqual({
      ...{ ...stored, egress: false },
      ...{ backend: null, image: null, environment: [] },
    });
  });

  it('have defaults for all of that', async () => {
    expect(await mutate(create('plain', 'runtime: local'))).toEqual({
      ...{ id: 'plain', backend: null, image: null, egress: false },
      ...{ environment: [], warmImports: [], resourceClassIds: [] },
    });
  });

  it('show their environment to platform admins only', async () => {
    await mutate(create('secret', 'runtime: local, environment: [{name: "A", value: "1"}]'));
    const seen = async (token?: string) => {
      const { kernelProfiles } = await space('kernelProfiles { id environment { name } }', token);
      return kernelProfiles.find(({ id }: { id: string }) => id === 'secret').environment;
    };
    expect(await seen()).toEqual([{ name: 'A' }]);
    expect(await seen(admin.token)).toBeNull();
    expect(await seen(viewer.token)).toBeNull();
  });

  it.each([
    ['runtime: local, backend: docker', 'backend'],
    ['runtime: dedicated, backend: external', 'backend'],
    ['runtime: local, image: "worker"', 'image'],
    ['runtime: dedicated, image: "a b"', 'image'],
    ['runtime: local, environment: [{name: "HOME", value: "/"}]', 'environment 0 name'],
    ['runtime: local, warmImports: ["os; x"]', 'warmImports 0'],
    ['runtime: local, resourceClassIds: ["standard", "nope"]', 'resourceClassIds 1'],
  ])('with %s are refused, and the field is named', async (more, field) => {
    expect(await refused(create('refused', more))).toBe(`invalid_request ${field}`);
  });

  it('are not changed when the whole would not fit together', async () => {
    await mutate(create('whole', 'runtime: dedicated, backend: docker'));
    expect(await refused(update('whole', 'runtime: local'))).toBe('invalid_request backend');
    expect(await refused(update('whole', 'egress: null'))).toBe('invalid_request egress');
    const { kernelProfiles } = await space('kernelProfiles { id runtime backend }');
    expect(kernelProfiles).toContainEqual({ id: 'whole', runtime: 'dedicated', backend: 'docker' });
    expect(await mutate(update('whole', 'runtime: local, backend: null'))).toMatchObject({ backend: null });
  });
});

describe('a start', () => {
  const start = (body: object) =>
    at.rest('POST', '/workers', { body: { workspace_id: demo.workspaceId, ...body } });

  it('with a class that the profile does not allow answers 400 and names the field', async () => {
    const amounts = 'cpuLimit: 1, memoryMb: 64, workspaceStorageMb: 1, tmpStorageMb: 1';
    await mutate(`createResourceClass(input: {id: "large", name: "Large", ${amounts}}) { id }`);
    await mutate(create('narrow', 'runtime: local, resourceClassIds: ["large"]'));
    const refusal = await start({ kernel_profile_id: 'narrow', resource_class_id: 'standard' });
    expect(refusal).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ loc: ['body', 'resource_class_id'] }] },
    });
    // No backend runs it here: the class is no fault then.
    expect((await start({ kernel_profile_id: 'narrow', resource_class_id: 'large' })).status).toBe(503);
    expect((await start({ kernel_profile_id: 'narrow' })).status).toBe(503);
    await mutate('updateResourceClass(id: "large", input: {isEnabled: false}) { id }');
    expect(await start({ kernel_profile_id: 'narrow' })).toMatchObject({
      status: 400,
      body: { errors: [{ loc: ['body', 'kernel_profile_id'] }] },
    });
  });

  it('finds its profile by the name of the kernel in any case, and takes the same case first', async () => {
    for (const [id, kernelName] of Object.entries({ 'k-a': 'K_1', 'k-b': 'ka1', 'k-c': 'k_1' }))
      await mutate(`createKernelProfile(input: { id: "${id}", displayName: "x", language: "x",
        kernelName: "${kernelName}", runtime: local }) { id }`);
    const found = async (name: string) => (await profileOfKernel(at.gateway.services, name))?.id;
    expect([await found('k_1'), await found('K_1'), await found('KA1'), await found('k.1')]).toEqual([
      ...['k-c', 'k-a', 'k-b', undefined],
    ]);
    expect((await start({ kernel_profile_id: 'k-b', kernel_name: 'KA1' })).status).toBe(503);
    expect((await start({ kernel_name: 'KA1' })).status).toBe(503);
    expect((await start({ kernel_profile_id: 'k-b', kernel_name: 'k_1' })).status).toBe(400);
  });
});
