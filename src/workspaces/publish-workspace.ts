import type { Workspace } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { WorkspaceChangeKind } from '../engines/events/event-bus.js';

/** Tells who watches that a workspace has changed; to be called once the change is written. */
export function publishWorkspace(
  ctx: RequestContext,
  { id, spaceId }: Pick<Workspace, 'id' | 'spaceId'>,
  change: WorkspaceChangeKind,
): void {
  ctx.services.bus.publish('workspace', id, { workspaceId: id, spaceId, change });
}
