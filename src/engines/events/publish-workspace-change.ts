import type { EventBus, WorkspaceChangeKind } from './event-bus.js';

/** Publishes that a workspace has changed; to be called once the change is written. */
export function publishWorkspaceChange(
  bus: EventBus,
  { id, spaceId }: { id: string; spaceId: string },
  change: WorkspaceChangeKind,
): void {
  bus.publish('workspace', id, { workspaceId: id, spaceId, change });
}
