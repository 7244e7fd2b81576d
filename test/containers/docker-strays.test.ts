import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'vitest';
import { describeOnDocker, docker, openTestDocker, workerImage } from '../support/docker.js';
import { describeStrays } from '../workers/stray-contract.js';

const gatewayLabel = 'io.notebook-gateway.gateway';
const workerLabel = 'io.notebook-gateway.worker';
const buildLabel = 'io.notebook-gateway.environments';

const labelled = (...label: string[]) => docker.listContainers({ all: true, filters: { label } });

async function makeContainer(name: string, labels: Record<string, string>): Promise<void> {
  const program = { Entrypoint: ['/bin/sleep'], Cmd: ['600'] };
  const container = await docker.createContainer({ name, Image: workerImage, Labels: labels, ...program });
  await container.start();
}

describeOnDocker('a Docker engine', () => {
  describeStrays({
    kind: 'docker',
    open: (stateRoot, gatewayId, mayCreate) => openTestDocker(stateRoot, { gatewayId, mayCreate }),
    makeServer: (gatewayId, workerId) =>
      makeContainer(`notebook-worker-${workerId}`, { [gatewayLabel]: gatewayId, [workerLabel]: workerId }),
    makeBuild: (gatewayId, stateRoot) =>
      makeContainer(`notebook-environment-${randomUUID()}`, {
        [gatewayLabel]: gatewayId,
        [buildLabel]: join(stateRoot, 'environments'),
      }),
    workers: async (gatewayId) =>
      (await labelled(`${gatewayLabel}=${gatewayId}`, workerLabel)).map(({ Labels }) => Labels[workerLabel]!),
    builds: async (gatewayId) =>
      (await labelled(`${gatewayLabel}=${gatewayId}`, buildLabel)).map(({ Names }) => Names[0]!),
    async expectNothing(gatewayId) {
      expect(await labelled(`${gatewayLabel}=${gatewayId}`)).toEqual([]);
      await docker.getNetwork(`notebook-workers-${gatewayId}`).remove();
    },
  });
});
