import { whyNoKernel } from '../../engines/kernels/why-no-kernel.js';
import type { RegisteredServer } from './registered-server.js';
import type { ServerState } from './server-health.js';

/**
 * The server that a new worker uses: of the enabled ones that answer, offer the kernel and have room, the one with the
 * lowest share of its capacity in use; of equal ones the one with the fewest workers. Without a limit the share is 0.
 * @param states by the id of the server
 * @param workers the number of live workers by the id of the server
 * @param kernelName null for any kernel
 * @returns the server, or one sentence that says why there is none
 */
export function chooseServer(
  servers: readonly RegisteredServer[],
  states: ReadonlyMap<string, ServerState | undefined>,
  workers: ReadonlyMap<string, number>,
  kernelName: string | null,
): RegisteredServer | string {
  const enabled = servers.filter(({ isEnabled }) => isEnabled);
  if (enabled.length === 0)
    return 'No Jupyter server is registered; ask a platform admin for one (createJupyterServer or JUPYTER_URL).';
  const available = enabled.filter(({ id }) => states.get(id)?.unavailableReason === null);
  if (available.length === 0) return whyNone(enabled, states);
  const offering = available.filter(
    ({ id }) => kernelName === null || whyNoKernel(kernelName, states.get(id)?.kernelNames ?? []) === null,
  );
  if (offering.length === 0)
    return `No Jupyter server that answers has the kernel ${kernelName}; ask a platform admin to install it.`;
  const countOf = ({ id }: RegisteredServer) => workers.get(id) ?? 0;
  const shareOf = (server: RegisteredServer) =>
    server.capacity === null ? 0 : countOf(server) / server.capacity;
  const [best] = offering
    .filter((server) => server.capacity === null || countOf(server) < server.capacity)
    .sort((a, b) => shareOf(a) - shareOf(b) || countOf(a) - countOf(b));
  return best ?? 'All Jupyter servers with this kernel are full; stop a worker, or try again later.';
}

function whyNone(enabled: RegisteredServer[], states: ReadonlyMap<string, ServerState | undefined>): string {
  const [only, another] = enabled;
  const reason = only && !another ? states.get(only.id)?.unavailableReason : null;
  return reason ?? 'None of the registered Jupyter servers answers; try again later.';
}
