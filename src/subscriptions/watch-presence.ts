import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { checkAll } from '../validation/check-all.js';
import { checkText } from '../validation/validate.js';
import { loadWorkspace } from '../workspaces/load-workspace.js';
import { listPresence, type Presence } from '../workspaces/presence/list-presence.js';
import type { PresenceRegister } from '../workspaces/presence/presence-register.js';
import type { SubscriptionServices } from './subscription-services.js';
import { watchChanges } from './watch-changes.js';

/** What {@link watchPresence} needs. */
export interface PresenceServices extends SubscriptionServices {
  presence: PresenceRegister;
}

/** Where the caller is. */
export interface PresenceAddress {
  spaceSlug: string;
  workspaceId: string;
  /** The file that the caller has open; null for the workspace itself. */
  path: string | null;
  /** Whether the caller is listed while the stream is open. */
  isListed: boolean;
}

const maxPathLength = 4_096;

/**
 * Follows who has a workspace open: the list of now, and the whole list again after each change. Meanwhile the caller is listed
 * too. Needs the scope `read` and `can_view`.
 * @throws DomainError `insufficient_scope`, `not_found`, `forbidden`, `invalid_request`, `rate_limited`, also later, when the
 *   caller may no longer view the workspace
 */
export async function watchPresence(
  services: PresenceServices,
  ctx: RequestContext,
  { spaceSlug, workspaceId, path, isListed }: PresenceAddress,
): Promise<AsyncIterableIterator<Presence[]>> {
  const authorize = async (current: RequestContext) => {
    requireScope(current, 'read');
    return (await loadWorkspace(services, current, spaceSlug, workspaceId, 'view')).workspace;
  };
  const { workspace } = await checkAll({
    path: () => path !== null && checkText(path, 'path', maxPathLength),
    workspace: () => authorize(ctx),
  });
  const { id, spaceId } = workspace;
  const { userId } = ctx.actor;
  const leave = isListed ? await services.presence.enter({ workspaceId: id, userId, path }) : () => {};
  try {
    return watchChanges(services, ctx, {
      topic: 'presence',
      spaceId,
      concerns: (event) => event.workspaceId === id,
      changedSince: async () => [{ workspaceId: id }],
      keyOf: (event) => event.workspaceId,
      first: { workspaceId: id },
      read: (event) => listPresence(services, event, id),
      stateOf: (list) => JSON.stringify(list),
      recheck: { key: ['presence', spaceSlug, workspaceId], check: authorize },
      onOpen: () => leave,
    });
  } catch (error) {
    leave();
    throw error;
  }
}
