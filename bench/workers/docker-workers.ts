import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import pino from 'pino';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { openDockerBackend } from '../../src/workers/backends/docker/open-docker-backend.js';
import { untilAnswering } from '../../src/workers/backends/docker/until-answering.js';
import { containerName, labelFilter } from '../../src/workers/backends/docker/worker-labels.js';
import type { WorkerLimits } from '../../src/workers/worker-spec.js';
import type { Started } from './alternate-starts.js';
import { createSpec } from './create-spec.js';
import type { Use } from './idle-use.js';
import { testVariables } from './test-variables.js';

/** Many starts together on a small machine take long. */
const maxStartMs = 300_000;
/** As often as the backend asks. */
const pollMs = 50;

/** Workers in containers, and bare containers of the same image to compare them with. */
export class DockerWorkers {
  readonly backend: WorkerBackend;
  readonly #gatewayId = randomUUID();
  readonly #bare = new Set<string>();

  readonly #docker: Docker;
  readonly #image: string;
  readonly #stateRoot: string;

  private constructor(at: { host: string; image: string; stateRoot: string }) {
    this.#docker = new Docker({ socketPath: at.host.slice('unix://'.length), host: undefined });
    this.#image = at.image;
    this.#stateRoot = at.stateRoot;
    this.backend = openDockerBackend({
      config: { dockerHost: at.host, dockerCertPath: undefined, image: at.image, allowedImages: [] },
      stateRoot: at.stateRoot,
      environmentsDirectory: join(at.stateRoot, 'environments'),
      gatewayId: this.#gatewayId,
      log: pino({ level: 'fatal' }),
    });
  }

  /** @throws MissingVariables */
  static async open(): Promise<DockerWorkers> {
    const { TEST_DOCKER_HOST: host, TEST_WORKER_IMAGE: image } = testVariables(
      'TEST_DOCKER_HOST',
      'TEST_WORKER_IMAGE',
    );
    return new DockerWorkers({ host, image, stateRoot: await mkdtemp(join(tmpdir(), 'bench-docker-')) });
  }

  /** Starts a worker, until its server answers. */
  async start(limits?: Partial<WorkerLimits>): Promise<Started & { workerId: string }> {
    const spec = await createSpec(this.#stateRoot, limits);
    let stage = '';
    const report = (_percent: number, message: string) => {
      stage = message;
    };
    await this.backend.start(spec, report, AbortSignal.timeout(maxStartMs)).catch((cause) => {
      throw new Error(`${stage}: ${cause.message}`, { cause });
    });
    return { workerId: spec.workerId, remove: () => this.backend.stop(spec.workerId) };
  }

  /** Starts the image's entry point as `docker run` does, without limits or isolation, until its server answers. */
  async startBare(): Promise<Started> {
    const token = randomBytes(32).toString('hex');
    const container = await this.#docker.createContainer({
      Image: this.#image,
      Env: [`JUPYTER_TOKEN=${token}`],
    });
    this.#bare.add(container.id);
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const baseUrl = `http://${NetworkSettings.Networks.bridge!.IPAddress}:8888/`;
    await untilAnswering(
      { baseUrl, token },
      { pollMs, timeoutMs: maxStartMs, check: async () => {}, signal: AbortSignal.timeout(maxStartMs) },
    );
    return { remove: () => this.#removeBare(container.id) };
  }

  /** What the engine says that a worker uses. */
  async use(workerId: string): Promise<Use> {
    const stats = await this.#docker.getContainer(containerName(workerId)).stats({ stream: false });
    const { usage, stats: parts } = stats.memory_stats;
    const cache = (parts as Partial<Record<string, number>>).total_inactive_file ?? parts.inactive_file;
    return {
      cpuSeconds: stats.cpu_stats.cpu_usage.total_usage / 1e9,
      memoryMb: (usage - cache) / 1024 ** 2,
      at: Date.parse(stats.read),
    };
  }

  /** What workers have left: their containers, also those that ended, and their folders of the backend. */
  async remains(): Promise<number> {
    const filters = { label: labelFilter(this.#gatewayId) };
    const containers = await this.#docker.listContainers({ all: true, filters });
    const folders = await readdir(join(this.#stateRoot, 'docker')).catch(() => []);
    return containers.length + folders.length;
  }

  /** Removes everything that was started. */
  async close(): Promise<void> {
    for (const workerId of (await this.backend.running()).keys()) await this.backend.stop(workerId);
    await this.backend.close();
    for (const id of this.#bare) await this.#removeBare(id);
    await rm(this.#stateRoot, { recursive: true, force: true });
  }

  async #removeBare(id: string): Promise<void> {
    await this.#docker.getContainer(id).remove({ force: true, v: true });
    this.#bare.delete(id);
  }
}
