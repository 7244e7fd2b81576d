import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import { JupyterContents } from '../../../engines/kernels/jupyter-contents.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { JupyterRest } from '../../../engines/kernels/jupyter-rest.js';
import { DomainError } from '../../../errors.js';
import type { WorkerBackend } from '../../backend.js';
import { openContentsFolder, removeContentsFolder } from './contents-folder.js';
import { watchAnswers } from './watch-answers.js';
import { createWorkerWatch } from './worker-watch.js';

const probeTimeoutMs = 5_000;
const watchPeriodMs = 5_000;
const removeTimeoutMs = 30_000;

/**
 * Lends workers a Jupyter server that somebody else runs: starting one is a probe, and stopping one leaves the server
 * alone. Each has a folder of its own below the server's root. Which workers use it is kept in `stateRoot`, an empty file
 * each.
 */
export function openRegisteredBackend(options: {
  stateRoot: string;
  registered: JupyterEndpoint;
}): WorkerBackend {
  const { registered } = options;
  const directory = join(options.stateRoot, 'registered');
  const client = new JupyterClient(registered);
  const rest = new JupyterRest(registered);
  const watch = createWorkerWatch(watchPeriodMs);

  async function unavailableReason(): Promise<string | null> {
    try {
      await client.probe(probeTimeoutMs);
      return null;
    } catch (error) {
      return error instanceof DomainError ? error.message : 'The Jupyter server does not answer.';
    }
  }

  const follow = (workerId: string) => watch.follow(workerId, watchAnswers(client));

  function file(workerId: string): string {
    if (!/^[\w-]{1,64}$/.test(workerId)) throw new Error('That is no worker id.');
    return join(directory, workerId);
  }

  /** Without a dot at its beginning, as servers hide such names. */
  const folderOf = (workerId: string) => `gateway-workers/${workerId}`;
  const endpointOf = (workerId: string) => ({ ...registered, folder: folderOf(workerId) });

  return {
    kind: 'external',
    ownsServers: false,
    unavailableReason,

    remoteFolders: {
      open: (workerId, signal) => openContentsFolder(new JupyterContents(rest, signal), folderOf(workerId)),
      remove: (workerId) =>
        removeContentsFolder(
          new JupyterContents(rest, AbortSignal.timeout(removeTimeoutMs)),
          folderOf(workerId),
        ),
    },

    async start(spec, report, signal) {
      report(50, 'Asking the Jupyter server');
      await client.probe(probeTimeoutMs);
      signal.throwIfAborted();
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeFile(file(spec.workerId), '');
      follow(spec.workerId);
      return endpointOf(spec.workerId);
    },

    async stop(workerId) {
      watch.unfollow(workerId);
      await rm(file(workerId), { force: true });
    },

    async running() {
      const workerIds = await readdir(directory).catch(() => []);
      if (workerIds.length === 0 || (await unavailableReason()) !== null) return new Map();
      for (const workerId of workerIds) follow(workerId);
      return new Map(workerIds.map((workerId) => [workerId, endpointOf(workerId)]));
    },

    onExit: watch.onExit,

    async close() {
      watch.close();
      client.dispose();
    },
  };
}
