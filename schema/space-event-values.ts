import type { SpaceEvent } from '../src/space-events/space-event.js';

/** The description of the workspace of an event. */
export const ofWorkspace = 'UUID of the workspace that it belongs to.';

/** The workspace or repository of an event that always has one. */
export const ownerOf = ({ workspaceId, repositoryId }: SpaceEvent): string => (workspaceId ?? repositoryId)!;

/** A time of the data of an event, which has it as text; null for none. */
export const timeOf = (text: string | null | undefined): Date | null =>
  text == null ? null : new Date(text);
