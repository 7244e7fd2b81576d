import { randomUUID } from 'node:crypto';
import Docker from 'dockerode';
import pino from 'pino';
import { describe } from 'vitest';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { openDockerBackend } from '../../src/workers/backends/docker/open-docker-backend.js';

const { TEST_DOCKER_HOST, TEST_WORKER_IMAGE, CI } = process.env;

/** Declares tests that need a Docker engine. Without one they are skipped, but in CI they fail. */
export const describeOnDocker = describe.skipIf(!CI && !(TEST_DOCKER_HOST && TEST_WORKER_IMAGE));

/** The image of the workers of the tests. */
export const workerImage = TEST_WORKER_IMAGE ?? 'TEST_WORKER_IMAGE is not set';

/** The address of the tests' engine. */
export const dockerHost = TEST_DOCKER_HOST ?? 'unix:///TEST_DOCKER_HOST-is-not-set';

/** A client of the tests' engine. */
export const docker = new Docker({ socketPath: dockerHost.slice('unix://'.length), host: undefined });

/** Opens the backend `docker` on the tests' engine. */
export function openTestDocker(
  stateRoot: string,
  options: { gatewayId: string } & Partial<Parameters<typeof openDockerBackend>[0]['config']> & {
      log?: pino.Logger;
    },
): WorkerBackend {
  const { gatewayId, log = pino({ level: 'silent' }), ...config } = options;
  return openDockerBackend({
    stateRoot,
    gatewayId,
    log,
    config: { dockerHost, dockerCertPath: undefined, image: workerImage, allowedImages: [], ...config },
  });
}

/** A gateway of its own on the shared engine, for the tests of one file. */
export function createDockerGateway() {
  const gatewayId = randomUUID();
  const label = [`io.notebook-gateway.gateway=${gatewayId}`];
  const containers = () => docker.listContainers({ all: true, filters: { label } });
  return {
    gatewayId,
    /** Its containers, also those that do not run. */
    containers,
    container: async () => docker.getContainer((await containers())[0]!.Id),
    /** Removes all that it left on the engine. */
    async clear(): Promise<void> {
      for (const { Id } of await containers()) await docker.getContainer(Id).remove({ force: true, v: true });
      for (const { Id } of await docker.listNetworks({ filters: { label } })) {
        await docker.getNetwork(Id).remove();
      }
    },
  };
}
