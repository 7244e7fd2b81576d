import { LinkTargetType } from '../../../prisma/generated/client/enums.js';
import type { AuthorizeRepeat } from '../../access/repeated-request.js';
import { loadDocument } from '../documents/load-document.js';
import { checkLinkTarget } from './link-target.js';

/** Authorizes a repeated `createNotebookLink`: `can_edit` over the notebook's repository, and a visible target. */
export const authorizeCreateLink: AuthorizeRepeat = async (services, ctx, request) => {
  const { spaceSlug, notebookId = '', targetType, targetId } = request;
  const { access } = await loadDocument(services, ctx, spaceSlug, notebookId, 'edit');
  if (targetType === undefined || targetId === undefined || !Object.hasOwn(LinkTargetType, targetType))
    return;
  const target = { targetType: targetType as LinkTargetType, targetId };
  await checkLinkTarget(services, ctx, access.space.id, target);
};
