import { afterAll, beforeAll } from 'vitest';
import { createTestNamespace, describeWithCluster, type TestNamespace } from '../support/kubernetes.js';
import { describeBackendContract } from '../workers/backend-contract.js';

describeWithCluster('a Kubernetes cluster', () => {
  let namespace: TestNamespace;

  beforeAll(async () => {
    namespace = await createTestNamespace();
  });

  afterAll(() => namespace?.remove());

  describeBackendContract('Kubernetes', {
    kind: 'kubernetes',
    ownServers: true,
    open: (_stateRoot, mayCreate) => namespace.open({ mayCreate }),
  });
});
