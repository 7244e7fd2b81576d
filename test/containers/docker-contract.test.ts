import { afterAll } from 'vitest';
import { createDockerGateway, describeOnDocker, openTestDocker } from '../support/docker.js';
import { describeBackendContract } from '../workers/backend-contract.js';

describeOnDocker('containers on this machine', () => {
  const gateway = createDockerGateway();
  afterAll(() => gateway.clear());

  describeBackendContract('a Docker engine', {
    kind: 'docker',
    ownServers: true,
    open: (stateRoot, mayCreate) => openTestDocker(stateRoot, { ...gateway, mayCreate }),
  });
});
