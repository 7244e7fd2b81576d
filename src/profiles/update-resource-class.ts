import type { ResourceClass } from '../../prisma/generated/client/client.js';
import { requirePlatformAdmin } from '../access/require-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { checkChanges } from '../validation/check-changes.js';
import { checkSlugId } from '../validation/check-input.js';
import { checkName } from '../validation/validate.js';
import { checkStorageClass, checkVolume } from './check-volume.js';
import { checkPlacement, checkRanges, type UpdateResourceClassInput } from './resource-class-settings.js';
import { withOneDefault } from './with-one-default.js';

/**
 * Changes a resource class. Existing workers keep the limits that they were started with. For platform admins.
 * @throws DomainError `insufficient_scope`, `forbidden`, `not_found`, `invalid_request`
 */
export async function updateResourceClass(
  services: PrismaService,
  ctx: RequestContext,
  id: string,
  input: UpdateResourceClassInput,
): Promise<ResourceClass> {
  requirePlatformAdmin(ctx);
  const { idleMinutes, maxAgeMinutes, persistentVolume, storageClass, ...others } = input;
  const { given, checked } = await checkChanges(others, ({ name, ...more }) => ({
    name: () => (name === undefined ? undefined : checkName(name)),
    amounts: () => checkRanges(input),
    placement: () => checkPlacement(more),
    storageClass: () => checkStorageClass(storageClass),
  }));
  const { nodeSelector: _nodeSelector, tolerations: _tolerations, ...columns } = given;
  const data = {
    ...{ ...columns, name: checked.name, ...checked.placement },
    ...{ idleMinutes, maxAgeMinutes, persistentVolume, storageClass: checked.storageClass },
  };
  return withOneDefault(services.prisma, 'ResourceClass', data.isDefault, async (tx) => {
    const [found] = await tx.resourceClass.updateManyAndReturn({
      where: { id: checkSlugId(id, 'The resource class') },
      data,
    });
    if (!found) throw notFound('The resource class');
    // Thrown faults undo the change.
    checkVolume(found);
    return found;
  });
}
