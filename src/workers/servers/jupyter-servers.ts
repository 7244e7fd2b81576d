import type { JupyterServer, Prisma, PrismaClient } from '../../../prisma/generated/client/client.js';
import type { JupyterEndpoint } from '../../engines/kernels/jupyter-endpoint.js';
import type { Lookup } from '../../remotes/resolve-host.js';
import { SecretBox } from '../../remotes/secret-box.js';
import type { AllowedHosts } from '../../validation/allowed-hosts.js';
import { connectToServer } from './connect-to-server.js';
import { countLiveWorkers } from './count-live-workers.js';
import { configuredServer, type RegisteredServer } from './registered-server.js';
import { ServerHealth } from './server-health.js';
import type { ServerSource } from './server-source.js';
import { tokenScope } from './token-scope.js';

/** The maximum number of servers beside the configured one. */
export const maxServers = 100;

/** What {@link JupyterServers} works with. */
export interface JupyterServersDeps {
  prisma: PrismaClient;
  /** 32 bytes. */
  secretsKey: Uint8Array;
  /** The private hosts and networks that servers may be in. */
  allowed: AllowedHosts;
  /** The server of `JUPYTER_URL`. The operator names it, so it may have any address. */
  configured?: JupyterEndpoint;
  /** Default: the DNS of the system. */
  lookup?: Lookup;
}

/** The Jupyter servers that admins registered, and the configured one. */
export class JupyterServers implements ServerSource {
  readonly health = new ServerHealth();
  /** Encrypts the tokens. */
  readonly box: SecretBox;
  readonly allowed: AllowedHosts;
  readonly #deps: JupyterServersDeps;

  constructor(deps: JupyterServersDeps) {
    this.#deps = deps;
    this.box = new SecretBox(deps.secretsKey);
    this.allowed = deps.allowed;
  }

  async list(tx: Prisma.TransactionClient = this.#deps.prisma): Promise<RegisteredServer[]> {
    const rows = await tx.jupyterServer.findMany({
      orderBy: { name: 'asc' },
      take: maxServers,
    });
    const servers = [...this.#configured(), ...rows.map((row) => this.describe(row))];
    this.health.keepOnly(servers);
    return servers;
  }

  liveWorkers(tx: Prisma.TransactionClient = this.#deps.prisma): Promise<ReadonlyMap<string, number>> {
    return countLiveWorkers(tx);
  }

  /** A server as its row has it. */
  describe({ id, name, baseUrl, encryptedToken, capacity, isEnabled }: JupyterServer): RegisteredServer {
    const token = encryptedToken ? this.box.open(encryptedToken, tokenScope(id, baseUrl)) : '';
    const { allowed, lookup } = this.#deps;
    const connect = () => connectToServer(new URL(baseUrl), allowed, lookup);
    const fault =
      token === null
        ? 'The stored token cannot be decrypted with the key of this gateway; set it again.'
        : null;
    return { id, name, capacity, isEnabled, fault, endpoint: { baseUrl, token: token ?? '', connect } };
  }

  #configured(): RegisteredServer[] {
    const { configured } = this.#deps;
    if (!configured) return [];
    const name = configuredServer;
    return [{ id: name, name, endpoint: configured, capacity: null, isEnabled: true, fault: null }];
  }
}
