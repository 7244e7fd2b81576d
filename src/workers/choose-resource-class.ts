import type { KernelProfile, Prisma, ResourceClass } from '../../prisma/generated/client/client.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { invalidField } from '../errors.js';
import { checkStartName } from './check-start-name.js';

/**
 * The enabled resource class with an id, or the default one.
 * @throws FieldError `invalid_request`
 */
export async function findResourceClass(
  services: PrismaService,
  id: string | null | undefined,
): Promise<ResourceClass> {
  if (id != null) checkStartName(id, 'resourceClassId');
  const found = await findFirst(services, id == null ? {} : { id });
  if (!found) throw invalidField('resourceClassId', 'is not an enabled resource class', 'unknown');
  return found;
}

/**
 * The class for a start with a profile: the found one if the profile allows it. When the request named none, the first
 * that the profile allows is used in place of the default one.
 * @throws FieldError `invalid_request`
 */
export async function allowedResourceClass(
  services: PrismaService,
  { resourceClassIds }: Pick<KernelProfile, 'resourceClassIds'>,
  found: ResourceClass,
  requestedId: string | null | undefined,
): Promise<ResourceClass> {
  if (resourceClassIds.length === 0 || resourceClassIds.includes(found.id)) return found;
  if (requestedId != null) {
    const allowed = resourceClassIds.join(', ');
    throw invalidField(
      'resourceClassId',
      `must be one that the kernel profile allows: ${allowed}`,
      'mismatch',
    );
  }
  const allowed = await findFirst(services, { id: { in: resourceClassIds } });
  if (allowed) return allowed;
  throw invalidField(
    'kernelProfileId',
    'allows no enabled resource class; choose another profile',
    'mismatch',
  );
}

function findFirst(
  { prisma }: PrismaService,
  where: Prisma.ResourceClassWhereInput,
): Promise<ResourceClass | null> {
  return prisma.resourceClass.findFirst({
    where: { isEnabled: true, ...where },
    orderBy: [{ isDefault: 'desc' }, { id: 'asc' }],
  });
}
