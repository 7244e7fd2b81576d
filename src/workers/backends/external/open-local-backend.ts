import { randomBytes } from 'node:crypto';
import { rejectOnAbort } from '../../../engines/events/reject-on-abort.js';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { DomainError } from '../../../errors.js';
import type { WorkerBackend, WorkerSpec } from '../../backend.js';
import { spawnServer, untilAnswering } from './launch-server.js';
import type { LocalPython } from './local-python.js';
import { endServer, identifyProcess, isRunning } from './server-process.js';
import { openServerRecords, type ServerRecord } from './server-records.js';
import { serverFolders, writeServerSetup } from './server-setup.js';
import { watchAnswers } from './watch-answers.js';
import { createWorkerWatch } from './worker-watch.js';

const defaultStartTimeoutMs = 60_000;
const watchPeriodMs = 1_000;
/** A server that answers is probed at every so many looks at its process. */
const probePeriod = 5;
/** How long the answer to whether Python is there is waited for; setting it up takes longer and is no failure. */
const pythonGraceMs = 500;

/**
 * Runs each worker as a Jupyter server on this machine, as the gateway's own user: for trusted users only. The servers
 * outlive the gateway; `stateRoot` keeps a record of each.
 */
export function openLocalBackend(options: {
  stateRoot: string;
  python: () => Promise<LocalPython>;
  /** How long a server may take to answer; default 60 s. */
  startTimeoutMs?: number;
}): WorkerBackend {
  const records = openServerRecords(options.stateRoot);
  const watch = createWorkerWatch(watchPeriodMs);
  const starts = new Map<string, { stopping: AbortController; over: Promise<unknown> }>();

  function follow(workerId: string, record: ServerRecord, endpoint: JupyterEndpoint): void {
    const answers = watchAnswers(new JupyterClient(endpoint), { every: probePeriod });
    watch.follow(workerId, async () => {
      if (await isRunning(record)) return answers();
      return {
        reason: 'exited',
        detail: 'The Jupyter server of this worker ended by itself; start a new worker.',
      };
    });
  }

  async function end(workerId: string, record: ServerRecord): Promise<void> {
    watch.unfollow(workerId);
    await endServer(record, record.runtimeDirectory);
    await records.remove(workerId);
  }

  async function launch(
    spec: WorkerSpec,
    report: (percent: number, message: string) => void,
    signal: AbortSignal,
  ): Promise<JupyterEndpoint> {
    report(5, 'Preparing Python');
    const { python } = await rejectOnAbort(options.python(), signal);
    report(20, 'Starting Jupyter');
    const folders = serverFolders(spec.stateDirectory);
    await writeServerSetup(folders, spec.filesDirectory);
    const token = randomBytes(32).toString('hex');
    const child = await spawnServer(python, folders, spec.stateDirectory, token);
    const record: ServerRecord = {
      ...(await identifyProcess(child.pid)),
      runtimeDirectory: folders.runtime,
      token,
      port: null,
    };
    const limit = AbortSignal.timeout(options.startTimeoutMs ?? defaultStartTimeoutMs);
    try {
      await records.write(spec.workerId, record);
      report(40, 'Waiting for Jupyter');
      record.port = await untilAnswering(child, folders, token, AbortSignal.any([signal, limit]));
      await records.write(spec.workerId, record);
      signal.throwIfAborted();
    } catch (error) {
      await end(spec.workerId, record);
      if (limit.aborted && !signal.aborted) throw startTimeout(error);
      throw error;
    }
    const endpoint = endpointOf(record.port, token);
    follow(spec.workerId, record, endpoint);
    child.once('exit', () => watch.look(spec.workerId));
    return endpoint;
  }

  return {
    kind: 'external',
    ownsServers: true,

    async unavailableReason() {
      const python = options.python().then(
        () => null,
        (error) =>
          error instanceof DomainError ? error.message : 'Python could not be set up; see the log.',
      );
      let timer: NodeJS.Timeout | undefined;
      const grace = new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), pythonGraceMs);
      });
      try {
        return await Promise.race([python, grace]);
      } finally {
        clearTimeout(timer);
      }
    },

    async start(spec, report, signal) {
      const stopping = new AbortController();
      const starting = launch(spec, report, AbortSignal.any([signal, stopping.signal]));
      starts.set(spec.workerId, { stopping, over: starting.catch(() => {}) });
      try {
        return await starting;
      } finally {
        starts.delete(spec.workerId);
      }
    },

    async stop(workerId) {
      const start = starts.get(workerId);
      start?.stopping.abort();
      await start?.over;
      const record = await records.read(workerId);
      if (record) await end(workerId, record);
    },

    async running() {
      const found = new Map<string, JupyterEndpoint>();
      for (const workerId of await records.workerIds()) {
        const record = await records.read(workerId);
        if (!record || starts.has(workerId)) continue;
        if (record.port !== null && (await isRunning(record))) {
          const endpoint = endpointOf(record.port, record.token);
          follow(workerId, record, endpoint);
          found.set(workerId, endpoint);
        } else {
          await end(workerId, record);
        }
      }
      return found;
    },

    onExit: watch.onExit,

    async close() {
      watch.close();
    },
  };
}

function endpointOf(port: number, token: string): JupyterEndpoint {
  return { baseUrl: `http://127.0.0.1:${port}/`, token };
}

function startTimeout(cause: unknown): DomainError {
  const message = 'The Jupyter server did not answer in time; start the worker again.';
  return new DomainError('runtime_unavailable', message, { cause, extra: { reason: 'start_timeout' } });
}
