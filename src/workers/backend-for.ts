import type { KernelProfile } from '../../prisma/generated/client/client.js';
import type { WorkerBackend } from './backend.js';

/**
 * The backend that runs new workers of a kernel profile: the runtime `local` prefers servers of their own, and `external`
 * registered ones. Undefined when none is configured.
 */
export function backendFor(
  { runtime, backend }: Pick<KernelProfile, 'runtime' | 'backend'>,
  backends: readonly WorkerBackend[],
): WorkerBackend | undefined {
  if (runtime === 'dedicated')
    return backends.find(({ kind }) => kind !== 'external' && kind === (backend ?? kind));
  const external = backends.filter(({ kind }) => kind === 'external');
  return external.find(({ ownsServers }) => ownsServers === (runtime === 'local')) ?? external[0];
}
