import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import type { RegisteredServer } from '../../src/workers/servers/registered-server.js';
import { ServerHealth } from '../../src/workers/servers/server-health.js';
import type { ServerSource } from '../../src/workers/servers/server-source.js';

/** Registered servers without a database: the first is the configured one, the others are named by their index. */
export function fixedServers(...endpoints: JupyterEndpoint[]): ServerSource {
  const servers = endpoints.map((endpoint, index): RegisteredServer => {
    const name = index === 0 ? 'configured' : `server-${index}`;
    return { id: name, name, endpoint, capacity: null, isEnabled: true, fault: null };
  });
  return { list: async () => servers, liveWorkers: async () => new Map(), health: new ServerHealth() };
}
