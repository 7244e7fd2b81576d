import { mkdir } from 'node:fs/promises';
import type { KernelProfile, Worker } from '../../prisma/generated/client/client.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import type { GitStore } from '../engines/git/git-store.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import { DomainError } from '../errors.js';
import type { WorkerBackend } from './backend.js';
import { readRequirements } from './read-requirements.js';
import { serverAnswers } from './server-answers.js';
import { ServerEndedError } from './server-ended-error.js';
import { toWorkerSpec } from './to-worker-spec.js';
import type { WorkerFailure } from './worker-failure.js';
import { layOutFiles, recordFiles, type WorkerFolders } from './worker-files.js';
import type { WorkerCheckout } from './worker-spec.js';

/**
 * Writes the files of a branch into the folder of a new worker and starts its server. A backend with remote folders
 * needs the server to write files, so it starts first there, unless the server begins by fetching them.
 * @param how.report called with a percentage below 100 and a short message
 * @returns where its Jupyter answers
 * @throws what {@link whyNotStarted} explains
 */
export async function bringUpWorker(
  how: {
    git: GitStore;
    backend: WorkerBackend;
    profile: KernelProfile;
    folders: WorkerFolders;
    report(percent: number, message: string): void;
    signal: AbortSignal;
    /** Called before a server is started. */
    onStart(): void;
    /** How long it may take. A first start may have to install Jupyter or to pull an image. */
    maxMinutes: number;
    /** Where its server answers already, if the worker was a warm one. */
    warm?: JupyterEndpoint;
    /** For a backend that fetches the files itself. */
    checkout?: WorkerCheckout;
  },
  worker: Worker,
  commitOid: string,
): Promise<JupyterEndpoint> {
  const { backend, folders, report } = how;
  const signal = withTimeLimit(how.signal, how.maxMinutes * 60_000);
  const git = await how.git.repository(worker.repositoryId);
  const layOut = async (percent: number) => {
    report(percent, 'Writing the files of the branch');
    await layOutFiles(git, commitOid, folders, signal);
  };
  const text = backend.installsRequirements ? await readRequirements(git, commitOid) : undefined;
  const requirements = text === undefined ? undefined : { scope: worker.workspaceId, text };
  const start = () => {
    how.onStart();
    return backend.start(
      { ...toWorkerSpec(worker, how.profile, folders), requirements, checkout: how.checkout },
      (percent, message) => report(10 + Math.round(percent * 0.8), message),
      signal,
    );
  };
  await mkdir(folders.state, { recursive: true, mode: 0o700 });
  if (!backend.remoteFolders) await layOut(5);
  const warm = await runningServer(how, worker);
  const endpoint = warm ?? (await start());
  const isFetched = !warm && how.checkout !== undefined;
  if (isFetched) await recordFiles(git, commitOid, folders);
  else if (backend.remoteFolders) await layOut(92);
  signal.throwIfAborted();
  return endpoint;
}

/** The server of a warm worker; undefined when it has ended meanwhile, and for other workers. */
async function runningServer(
  { warm, backend }: { warm?: JupyterEndpoint; backend: WorkerBackend },
  { id }: Worker,
): Promise<JupyterEndpoint | undefined> {
  if (!warm || (await serverAnswers(warm))) return warm;
  await backend.stop(id);
  return undefined;
}

/**
 * Why a start failed, for what {@link bringUpWorker} threw.
 * @param start.lastStep the last message that it reported
 */
export function whyNotStarted(
  error: unknown,
  start: { maxMinutes: number; lastStep: string },
): WorkerFailure {
  if (error instanceof DomainError) {
    const { reason } = error.extra ?? {};
    return {
      reason: typeof reason === 'string' ? reason : 'start_failed',
      detail: error.message,
      output: error instanceof ServerEndedError ? error.output : undefined,
    };
  }
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    const minutes = start.maxMinutes === 1 ? '1 minute' : `${start.maxMinutes} minutes`;
    const limit = `The worker was not ready within ${minutes} (WORKER_START_MINUTES)`;
    const detail = `${limit}; its last step was "${start.lastStep}". Start a new one.`;
    return { reason: 'start_timeout', detail };
  }
  return { reason: 'start_failed', detail: 'The worker could not be started; try again.' };
}
