import { requirePlatformAdmin } from '../../access/require-admin.js';
import type { RequestContext } from '../../context.js';
import { notFound } from '../../errors.js';
import { checkId } from '../../validation/check-input.js';
import { assertUnused } from './assert-unused.js';
import type { JupyterServerServices } from './jupyter-server-services.js';
import { lockServers } from './lock-servers.js';

/**
 * Deletes a registered Jupyter server and its token, unless live workers use it. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `invalid_request`
 */
export async function deleteJupyterServer(
  { prisma }: JupyterServerServices,
  ctx: RequestContext,
  id: string,
): Promise<void> {
  requirePlatformAdmin(ctx);
  const where = { id: checkId(id, 'The Jupyter server') };
  await prisma.$transaction(async (tx) => {
    await lockServers(tx);
    await assertUnused(tx, where.id);
    const { count } = await tx.jupyterServer.deleteMany({ where });
    if (count === 0) throw notFound('The Jupyter server');
  });
}
