import { Prisma } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError, notFound } from '../errors.js';
import { checkSlugId } from '../validation/check-input.js';

/**
 * Deletes a kernel profile, unless a worker or session has used it. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `invalid_request` when it was used
 */
export async function deleteKernelProfile(
  services: PrismaService,
  ctx: RequestContext,
  id: string,
): Promise<void> {
  requirePlatformAdmin(ctx);
  try {
    const { count } = await services.prisma.kernelProfile.deleteMany({
      where: { id: checkSlugId(id, 'The kernel profile') },
    });
    if (count === 0) throw notFound('The kernel profile');
  } catch (error) {
    const isInUse = error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003';
    if (!isInUse) throw error;
    throw new DomainError(
      'invalid_request',
      'Workers or sessions have used this kernel profile; it cannot be deleted, because their history names it.',
    );
  }
}
