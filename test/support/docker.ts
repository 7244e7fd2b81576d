import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import pino from 'pino';
import { describe } from 'vitest';
import type { ContainerConfig } from '../../src/config.js';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { openDockerBackend } from '../../src/workers/backends/docker/open-docker-backend.js';
import type { CreationCheck } from '../../src/workers/creation-check.js';
import type { WorkerExit } from '../../src/workers/worker-exit.js';
import type { WorkerLimits, WorkerProfile, WorkerSpec } from '../../src/workers/worker-spec.js';
import { createWorkerSpec } from './jupyter.js';
import { ofType, runCell, startPython } from './kernel.js';

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
  options: {
    gatewayId: string;
    lostAfterMs?: number;
    maxBuildMs?: number;
    mayCreate?: CreationCheck;
    log?: pino.Logger;
  } & Partial<ContainerConfig>,
): WorkerBackend {
  const { gatewayId, lostAfterMs = 30_000, maxBuildMs, mayCreate, ...more } = options;
  const { log = pino({ level: 'silent' }), ...config } = more;
  return openDockerBackend({
    stateRoot,
    environmentsDirectory: join(stateRoot, 'environments'),
    gatewayId,
    lostAfterMs,
    maxBuildMs,
    mayCreate,
    log,
    config: { dockerHost, dockerCertPath: undefined, image: workerImage, allowedImages: [], ...config },
  });
}

/** A gateway of its own on an engine, by default the shared one. */
export function createDockerGateway(engine = docker) {
  const gatewayId = randomUUID();
  const label = [`io.notebook-gateway.gateway=${gatewayId}`];
  const containers = () => engine.listContainers({ all: true, filters: { label } });
  return {
    gatewayId,
    /** Its containers, also those that do not run. */
    containers,
    container: async () => engine.getContainer((await containers())[0]!.Id),
    /** Removes all that it left on the engine. */
    async clear(): Promise<void> {
      for (const { Id } of await containers()) await engine.getContainer(Id).remove({ force: true, v: true });
      for (const { Id } of await engine.listNetworks({ filters: { label } })) {
        await engine.getNetwork(Id).remove();
      }
    },
  };
}

/** A worker that runs in a container. */
export interface DockerWorker {
  spec: WorkerSpec;
  endpoint: JupyterEndpoint;
  client: JupyterClient;
}

/** A backend `docker` with its folder and its own gateway id. */
export class DockerFixture {
  readonly gateway;
  readonly logged: string[] = [];
  readonly exits: WorkerExit[] = [];
  readonly outOfMemory: string[] = [];
  backend!: WorkerBackend;
  stateRoot!: string;
  readonly #engine: Docker;
  readonly #roots: string[] = [];
  readonly #clients: JupyterClient[] = [];

  constructor(engine = docker) {
    this.#engine = engine;
    this.gateway = createDockerGateway(engine);
  }

  /** Opens the backend, or opens it again as a gateway that was restarted. */
  async open(config: Partial<ContainerConfig> = {}): Promise<WorkerBackend> {
    this.stateRoot ??= await this.#newRoot();
    await this.backend?.close();
    const log = pino({ level: 'debug' }, { write: (line: string) => this.logged.push(line) });
    this.backend = openTestDocker(this.stateRoot, { gatewayId: this.gateway.gatewayId, log, ...config });
    this.backend.onExit((exit) => this.exits.push(exit));
    this.backend.onOutOfMemory!((workerId) => this.outOfMemory.push(workerId));
    return this.backend;
  }

  /** Creates the folders of a worker and what it needs. */
  async createSpec(changes: { limits?: Partial<WorkerLimits>; profile?: Partial<WorkerProfile> } = {}) {
    const { root, spec } = await createWorkerSpec();
    this.#roots.push(root);
    const limits = { ...spec.limits, ...changes.limits };
    return { ...spec, limits, profile: { ...spec.profile, ...changes.profile } };
  }

  async start(changes: { limits?: Partial<WorkerLimits>; profile?: Partial<WorkerProfile> } = {}) {
    return this.startSpec(await this.createSpec(changes));
  }

  async startSpec(spec: WorkerSpec): Promise<DockerWorker> {
    const endpoint = await this.backend.start(spec, () => {}, AbortSignal.timeout(90_000));
    const client = new JupyterClient(endpoint);
    this.#clients.push(client);
    return { spec, endpoint, client };
  }

  /** Runs Python in a new kernel of a worker. @returns what it printed */
  async run({ client }: Pick<DockerWorker, 'client'>, code: string): Promise<string> {
    const kernel = await startPython(client);
    const { text, events } = await runCell(kernel, code);
    await kernel.shutdown();
    const [error] = ofType(events, 'error');
    if (error) throw new Error(`${error.ename}: ${error.evalue}`);
    return text.trim();
  }

  /** What the engine says about a worker's container. */
  inspect({ spec }: Pick<DockerWorker, 'spec'>) {
    return this.#engine.getContainer(`notebook-worker-${spec.workerId}`).inspect();
  }

  /** Removes all that the tests left. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.dispose();
    await this.backend?.close();
    await this.gateway.clear();
    for (const root of this.#roots) await rm(root, { recursive: true, force: true });
  }

  async #newRoot(): Promise<string> {
    const root = await mkdtemp(join(tmpdir(), 'docker-test-'));
    this.#roots.push(root);
    return root;
  }
}
