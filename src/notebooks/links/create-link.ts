import type { LinkTargetType, NotebookLink } from '../../../prisma/generated/client/client.js';
import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { uniqueViolation } from '../../engines/database/unique-violation.js';
import { DomainError } from '../../errors.js';
import { assertRepositoryOpen } from '../../repositories/load-repository.js';
import { loadDocument } from '../documents/load-document.js';
import { checkLinkTarget } from './link-target.js';

/** The target of a new link. */
export interface CreateLinkInput {
  targetType: LinkTargetType;
  targetId: string;
}

/**
 * Links a notebook to a resource of its space. Needs the scope `write` and `can_edit` of its repository.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `invalid_request`,
 *   `already_exists`
 */
export async function createLink(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  notebookId: string,
  input: CreateLinkInput,
): Promise<NotebookLink> {
  const loaded = await loadDocument(services, ctx, spaceSlug, notebookId, 'edit');
  requireScope(ctx, 'write');
  assertRepositoryOpen(loaded);
  const { access, document } = loaded;
  const { targetType, targetId } = input;
  await checkLinkTarget(services, ctx, access.space.id, input);
  try {
    return await services.prisma.notebookLink.create({
      data: { notebookId: document.id, targetType, targetId, createdByUserId: ctx.actor.userId },
    });
  } catch (error) {
    if (!uniqueViolation(error)) throw error;
    throw new DomainError('already_exists', 'This link exists already; use the one that exists.');
  }
}
