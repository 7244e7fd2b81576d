import type { LinkTargetType } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';

/** What a link points to. */
export interface LinkTarget {
  targetType: LinkTargetType;
  targetId: string;
}

/** The name of a link's target, null when there is no such thing in the space (any more). */
export async function targetName(
  ctx: RequestContext,
  spaceId: string,
  { targetType, targetId }: LinkTarget,
): Promise<string | null> {
  const { prisma } = ctx.services;
  const where = { id: targetId, spaceId };
  const found =
    targetType === 'repository'
      ? await prisma.repository.findFirst({ where, select: { name: true } })
      : await prisma.catalogEntry.findFirst({
          where: { ...where, type: targetType },
          select: { name: true },
        });
  return found?.name ?? null;
}
