import type { KernelProfile } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { loadOnce, orderBy } from './load-once.js';

/**
 * Lists the kernel profiles, newest first. All spaces have the same, so spaces that are read together take one statement.
 * @throws DomainError `insufficient_scope`
 */
export function listKernelProfiles({ prisma }: PrismaService, ctx: RequestContext): Promise<KernelProfile[]> {
  return loadOnce(ctx, 'kernel profiles', () => prisma.kernelProfile.findMany({ orderBy }));
}
