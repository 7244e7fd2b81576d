import { randomUUID } from 'node:crypto';
import { requirePlatformAdmin } from '../../access/require-admin.js';
import type { RequestContext } from '../../context.js';
import { refuseDuplicate } from '../../engines/database/refuse-duplicate.js';
import { DomainError } from '../../errors.js';
import { checkAll } from '../../validation/check-all.js';
import { checkBaseUrl, checkCapacity, checkServerName, checkServerToken } from './check-server-input.js';
import type { JupyterServerServices } from './jupyter-server-services.js';
import { maxServers } from './jupyter-servers.js';
import { lockServers } from './lock-servers.js';
import type { RegisteredServer } from './registered-server.js';
import { tokenScope } from './token-scope.js';

/** A new Jupyter server. By default it needs no token, has no limit of workers and is enabled. */
export interface CreateJupyterServerInput {
  name: string;
  baseUrl: string;
  token?: string | null;
  capacity?: number | null;
  isEnabled?: boolean | null;
}

/**
 * Registers a Jupyter server. It need not answer yet. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `invalid_request`, `already_exists`, `quota_exceeded`
 */
export async function createJupyterServer(
  services: JupyterServerServices,
  ctx: RequestContext,
  input: CreateJupyterServerInput,
): Promise<RegisteredServer> {
  requirePlatformAdmin(ctx);
  const { prisma, jupyterServers } = services;
  const { token, capacity } = input;
  const checked = await checkAll({
    name: () => checkServerName(input.name),
    baseUrl: () => checkBaseUrl(input.baseUrl, jupyterServers.allowed),
    token: () => (token == null ? null : checkServerToken(token)),
    capacity: () => (capacity == null ? null : checkCapacity(capacity)),
  });
  const id = randomUUID();
  const { token: given, ...data } = checked;
  const encryptedToken =
    given === null ? null : jupyterServers.box.seal(given, tokenScope(id, checked.baseUrl));
  const row = await refuseDuplicate('name', () =>
    prisma.$transaction(async (tx) => {
      await lockServers(tx);
      if ((await tx.jupyterServer.count()) >= maxServers)
        throw new DomainError(
          'quota_exceeded',
          `There are ${maxServers} Jupyter servers already; delete one first.`,
        );
      return tx.jupyterServer.create({
        data: { id, ...data, encryptedToken, isEnabled: input.isEnabled ?? true },
      });
    }),
  );
  return jupyterServers.describe(row);
}
