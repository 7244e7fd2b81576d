import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { ensureLocalPython, type LocalPython } from '../../src/workers/backends/external/local-python.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { serverProgram } from '../../src/workers/backends/external/server-setup.js';
import type { WorkerSpec } from '../../src/workers/worker-spec.js';

/** The folder of the tests' Python environment, which is kept between runs. */
export const testJupyterHome =
  process.env.TEST_JUPYTER_HOME ?? join(tmpdir(), 'notebook-gateway-test-jupyter');

/** The Python that all tests share; the first call on a machine takes a minute. */
export function testPython(): Promise<LocalPython> {
  return ensureLocalPython({ directory: testJupyterHome, report: () => {} });
}

/** A running local Jupyter server with its own folders. */
export interface TestJupyter {
  endpoint: JupyterEndpoint;
  spec: WorkerSpec;
  backend: WorkerBackend;
  stateRoot: string;
  /** Stops the server and removes its folders. */
  close(): Promise<void>;
}

/** What a small worker of the profile `python3` asks of its backend. */
export function createWorkerNeeds(): Pick<WorkerSpec, 'limits' | 'profile' | 'placement' | 'volume'> {
  return {
    limits: {
      cpuLimit: 1,
      memoryMb: 512,
      gpuCount: 0,
      workspaceStorageMb: 64,
      tmpStorageMb: 64,
      maxProcesses: 128,
    },
    profile: {
      id: 'python3',
      runtime: 'local',
      backend: null,
      kernelName: 'python3',
      image: null,
      environment: {},
      warmImports: [],
      egress: false,
    },
    placement: { nodeSelector: {}, tolerations: [] },
    volume: { persistentVolume: null, storageClass: null },
  };
}

/** Creates the folders of a worker below a new folder in `parent`. */
export async function createWorkerSpec(
  parent = tmpdir(),
): Promise<{ root: string; stateRoot: string; spec: WorkerSpec }> {
  await mkdir(parent, { recursive: true });
  const root = await mkdtemp(join(parent, 'notebook-gateway-worker-'));
  const workerId = randomUUID();
  const stateRoot = join(root, 'workers');
  const spec = {
    workerId,
    filesDirectory: join(stateRoot, workerId, 'files'),
    stateDirectory: join(stateRoot, workerId, 'state'),
    ...createWorkerNeeds(),
  };
  await mkdir(spec.filesDirectory, { recursive: true });
  await mkdir(spec.stateDirectory, { recursive: true });
  return { root, stateRoot, spec };
}

/** Starts a local Jupyter server through the external backend, as the user of the tests, who write into its folder too. */
export async function startTestJupyter(python = testPython): Promise<TestJupyter> {
  const { root, stateRoot, spec } = await createWorkerSpec();
  const backend = openExternalBackend({ stateRoot, python, isolation: async () => 'none' });
  const endpoint = await backend.start(spec, () => {}, AbortSignal.timeout(120_000));
  return {
    endpoint,
    spec,
    backend,
    stateRoot,
    async close() {
      await backend.stop(spec.workerId);
      await backend.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The process id of a worker's server, which is a descendant of the process in its record. */
export async function serverPidOf(worker: { spec: Pick<WorkerSpec, 'workerId'> }): Promise<number> {
  for (const pid of await readdir('/proc')) {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
    const isServer = (await read('cmdline')).split('\0').includes(serverProgram);
    if (isServer && (await read('environ')).includes(worker.spec.workerId)) return Number(pid);
  }
  throw new Error('The worker has no server.');
}

/** Sends a request to the REST API of a Jupyter server, as another client than the gateway. */
export function askJupyter(endpoint: JupyterEndpoint, method: string, path: string): Promise<Response> {
  return fetch(`${endpoint.baseUrl}${path}`, {
    method,
    headers: { authorization: `token ${endpoint.token}` },
  });
}

/** The ids of the kernels of a Jupyter server. */
export async function kernelsOf(endpoint: JupyterEndpoint): Promise<string[]> {
  const models = (await (await askJupyter(endpoint, 'GET', 'api/kernels')).json()) as { id: string }[];
  return models.map(({ id }) => id);
}
