import type { LinkTargetType } from '../../../prisma/generated/client/client.js';
import { loadSpaceById } from '../../access/load-space.js';
import { visibleRepositories } from '../../access/repository-policy.js';
import type { RequestContext } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { checkIdOf, type NamedBy, unknownId } from '../../validation/unknown-id.js';

/** The resource that a link points to. */
export interface LinkTarget {
  targetType: LinkTargetType;
  targetId: string;
}

/**
 * The name of a link's target. It is null both when the space has no such resource and when it is a repository that the
 * caller may not view, so that the answer does not reveal which.
 * @throws DomainError `not_found` when the caller is no member of the space
 */
export async function targetName(
  services: PrismaService,
  ctx: RequestContext,
  spaceId: string,
  { targetType, targetId }: LinkTarget,
): Promise<string | null> {
  const { prisma } = services;
  const select = { name: true };
  if (targetType !== 'repository') {
    const where = { id: targetId, spaceId, type: targetType };
    return (await prisma.catalogEntry.findFirst({ where, select }))?.name ?? null;
  }
  const access = await loadSpaceById(services, ctx, spaceId);
  const where = { AND: [{ id: targetId }, visibleRepositories({ userId: ctx.actor.userId, access })] };
  return (await prisma.repository.findFirst({ where, select }))?.name ?? null;
}

/** Checks the form of a target's id. @throws FieldError as for an unknown target */
export function checkTargetId({ targetType, targetId }: LinkTarget): string {
  return checkIdOf(targetId, ...targetOf(targetType));
}

function targetOf(type: LinkTargetType): NamedBy {
  return ['targetId', `a ${type} of this space`];
}

/**
 * Checks what a link points to.
 * @throws DomainError `invalid_request` unless it is in the space and, when it is a repository, visible to the caller
 */
export async function checkLinkTarget(
  services: PrismaService,
  ctx: RequestContext,
  spaceId: string,
  target: LinkTarget,
): Promise<void> {
  checkTargetId(target);
  const name = await targetName(services, ctx, spaceId, target);
  if (name === null) throw unknownId(...targetOf(target.targetType));
}
