import type { EventBus, WorkspaceChangeKind } from './event-bus.js';

/** Publishes that a workspace has changed. Call it after the change is committed to the database. */
export function publishWorkspaceChange(
  bus: EventBus,
  { id, spaceId }: { id: string; spaceId: string },
  change: WorkspaceChangeKind,
): void {
  bus.publish('workspace', id, { workspaceId: id, spaceId, change });
}
