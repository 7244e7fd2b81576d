import type { JupyterServer } from '../../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../../access/require-admin.js';
import type { RequestContext } from '../../context.js';
import { refuseDuplicate } from '../../engines/database/refuse-duplicate.js';
import { invalidField, notFound } from '../../errors.js';
import { checkChanges } from '../../validation/check-changes.js';
import { checkId } from '../../validation/check-input.js';
import { assertUnused } from './assert-unused.js';
import { checkBaseUrl, checkCapacity, checkServerName, checkServerToken } from './check-server-input.js';
import type { JupyterServerServices } from './jupyter-server-services.js';
import type { JupyterServers } from './jupyter-servers.js';
import { lockServers } from './lock-servers.js';
import type { RegisteredServer } from './registered-server.js';
import { tokenScope } from './token-scope.js';

/** The fields of a Jupyter server to change; an absent field stays as it is. */
export interface UpdateJupyterServerInput {
  name?: string | null;
  baseUrl?: string | null;
  /** Null: the server needs none. */
  token?: string | null;
  /** Null: no limit. */
  capacity?: number | null;
  isEnabled?: boolean | null;
}

/**
 * Changes a registered Jupyter server. Its URL stays while live workers use it. A stored token is used only for the scheme,
 * host and port for which it was given. Live workers keep the token that they began with. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `invalid_request`, `already_exists`
 */
export async function updateJupyterServer(
  services: JupyterServerServices,
  ctx: RequestContext,
  id: string,
  input: UpdateJupyterServerInput,
): Promise<RegisteredServer> {
  requirePlatformAdmin(ctx);
  const { prisma, jupyterServers } = services;
  const { token, capacity, ...rest } = input;
  const { given: changes, checked } = await checkChanges(rest, ({ name, baseUrl }) => ({
    name: () => (name === undefined ? undefined : checkServerName(name)),
    baseUrl: () => (baseUrl === undefined ? undefined : checkBaseUrl(baseUrl, jupyterServers.allowed)),
    token: () => (token == null ? token : checkServerToken(token)),
    capacity: () => (capacity == null ? capacity : checkCapacity(capacity)),
  }));
  const { isEnabled } = changes;
  const where = { id: checkId(id, 'The Jupyter server') };
  const row = await refuseDuplicate('name', () =>
    prisma.$transaction(async (tx) => {
      await lockServers(tx);
      const before = await tx.jupyterServer.findUnique({ where });
      if (!before) throw notFound('The Jupyter server');
      const { token: given, ...data } = checked;
      if (data.baseUrl !== undefined && data.baseUrl !== before.baseUrl) await assertUnused(tx, before.id);
      const after = { ...before, baseUrl: data.baseUrl ?? before.baseUrl };
      const encryptedToken = sealToken(jupyterServers, before, after.baseUrl, given);
      return tx.jupyterServer.update({ where, data: { ...data, isEnabled, encryptedToken } });
    }),
  );
  return jupyterServers.describe(row);
}

/** @throws DomainError `invalid_request` when the stored token is for another origin */
function sealToken(
  { box }: JupyterServers,
  before: JupyterServer,
  baseUrl: string,
  given: string | null | undefined,
): Uint8Array<ArrayBuffer> | null | undefined {
  const scope = tokenScope(before.id, baseUrl);
  if (given !== undefined) return given === null ? null : box.seal(given, scope);
  if (before.encryptedToken && scope !== tokenScope(before.id, before.baseUrl))
    throw invalidField('token', 'must be given again, or as null, for another host, port or scheme');
  return undefined;
}
