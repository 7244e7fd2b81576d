import type { Worker } from '../../prisma/generated/client/client.js';
import type { WorkerBackend } from './backend.js';

/** The backend that runs a worker; undefined when it is not configured. Two may be of the kind `external`. */
export function backendOf(
  { backend, jupyterServerId }: Pick<Worker, 'backend' | 'jupyterServerId'>,
  backends: readonly WorkerBackend[],
): WorkerBackend | undefined {
  const ofKind = backends.filter(({ kind }) => kind === backend);
  const usesOwnServer = jupyterServerId === null;
  // Where only the configured server is offered, its workers have no server id.
  return (
    ofKind.find(({ ownsServers }) => ownsServers === usesOwnServer) ?? (usesOwnServer ? ofKind[0] : undefined)
  );
}
