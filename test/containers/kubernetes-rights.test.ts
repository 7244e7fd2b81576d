import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { AuthorizationV1Api, KubeConfig, RbacAuthorizationV1Api, type V1Role } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { machineAddress } from '../support/infrastructure.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
} from '../support/kubernetes.js';
import { readManifest } from '../support/manifests.js';
import { openPackageIndex, plainPackage } from '../support/package-index.js';

describeWithCluster('the rights of the gateway', { timeout: 60_000 }, () => {
  let namespace: TestNamespace;
  let backend: WorkerBackend | undefined;

  beforeAll(async () => {
    namespace = await createTestNamespace();
    const role = await readManifest<V1Role>('Role', 'notebook-workers');
    const at = { namespace: namespace.name };
    await namespace.core.createNamespacedServiceAccount({ ...at, body: { metadata: { name: 'gateway' } } });
    const rbac = namespace.admin.makeApiClient(RbacAuthorizationV1Api);
    await rbac.createNamespacedRole({ ...at, body: { metadata: { name: 'gateway' }, rules: role.rules } });
    await rbac.createNamespacedRoleBinding({
      ...at,
      body: {
        metadata: { name: 'gateway' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'gateway' },
        subjects: [{ kind: 'ServiceAccount', name: 'gateway', namespace: namespace.name }],
      },
    });
  });

  afterEach(async () => {
    await backend?.close();
  });

  afterAll(() => namespace?.remove());

  /** A client that knows the cluster and has only a token. */
  function configWith(token: string): KubeConfig {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(namespace.admin.getCurrentCluster()!, { name: 'gateway', token });
    return config;
  }

  async function tokenOf(serviceAccount: string): Promise<string> {
    const { status } = await namespace.core.createNamespacedServiceAccountToken({
      namespace: namespace.name,
      name: serviceAccount,
      body: { spec: { audiences: [], expirationSeconds: 600 } },
    });
    return status!.token;
  }

  test('are enough to start, find, measure and stop a worker with packages', async () => {
    const index = await openPackageIndex();
    onTestFinished(() => index.close());
    const indexCidrs = [`${machineAddress()}/32`];
    backend = namespace.open({ config: configWith(await tokenOf('gateway')), indexCidrs });
    const profile = { environment: index.variables(machineAddress()) };
    const { workerId, ...needs } = createPodSpec({ profile });
    const spec = { workerId, ...needs, requirements: { scope: 'workspace', text: plainPackage } };
    expect(await backend.unavailableReason()).toBeNull();
    const endpoint = await backend.start(spec, () => {}, AbortSignal.timeout(50_000));
    expect(await backend.running()).toEqual(new Map([[workerId, endpoint]]));
    expect(await backend.usage?.(workerId)).toBeNull();
    await backend.stop(workerId);
    expect(await backend.running()).toEqual(new Map());
    await vi.waitFor(async () => expect(await namespace.objects()).toEqual([]), { timeout: 20_000 });
  });

  test('are no more than that', async () => {
    const gateway = configWith(await tokenOf('gateway')).makeApiClient(AuthorizationV1Api);
    const { status } = await gateway.createSelfSubjectRulesReview({
      body: { spec: { namespace: namespace.name } },
    });
    const rights = status!.resourceRules.flatMap(({ apiGroups = [], resources = [], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    );
    // Everybody may ask what he may do.
    expect(
      rights.filter((right) => !/ auth(entic|oriz)ation\.k8s\.io\/selfsubject/.test(right)).sort(),
    ).toEqual([
      'create /pods',
      'create /secrets',
      'create networking.k8s.io/networkpolicies',
      'delete /pods',
      'delete networking.k8s.io/networkpolicies',
      'get /pods',
      'get /pods/log',
      'get /secrets',
      'get metrics.k8s.io/pods',
      'list /pods',
      'watch /pods',
    ]);
  });

  test.each([
    ['without any right', () => tokenOf('default'), /lacks rights/],
    ['with a token that is not accepted', async () => 'none', /credentials/],
  ])('%s are reported with what to do', async (_, token, reason) => {
    backend = namespace.open({ config: configWith(await token()) });
    expect(await backend.unavailableReason()).toMatch(reason);
    const starting = backend.start(createPodSpec(), () => {}, AbortSignal.timeout(20_000));
    await expect(starting).rejects.toMatchObject({
      code: 'runtime_unavailable',
      message: expect.stringMatching(reason),
    });
    await expect(backend.running()).rejects.toMatchObject({ code: 'runtime_unavailable' });
    await expect(backend.stop(createPodSpec().workerId)).rejects.toMatchObject({
      code: 'runtime_unavailable',
    });
  });

  test('in a namespace that does not exist are reported with what to do', async () => {
    backend = namespace.open({ namespace: 'notebook-workers-missing' });
    expect(await backend.unavailableReason()).toMatch(/namespace of the workers does not exist/);
    const starting = backend.start(createPodSpec(), () => {}, AbortSignal.timeout(20_000));
    await expect(starting).rejects.toMatchObject({ message: expect.stringMatching(/does not exist/) });
  });

  test('are not known when the API hangs, which is reported within 5 seconds', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'silent', server: `https://127.0.0.1:${port}`, skipTLSVerify: false },
      { name: 'none' },
    );
    backend = namespace.open({ config });
    try {
      const begun = performance.now();
      expect(await backend.unavailableReason()).toMatch(/does not answer/);
      expect(performance.now() - begun).toBeLessThan(5_000);
      await expect(backend.running()).rejects.toMatchObject({
        code: 'runtime_unavailable',
        message: expect.stringMatching(/does not answer/),
      });
    } finally {
      silent.close();
      for (const socket of sockets) socket.destroy();
    }
  });
});
