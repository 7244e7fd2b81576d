import { useEffect, useState } from 'react';
import { WorkspacePresenceDocument, type WorkspacePresenceSubscription } from '../../generated/shell.js';
import { useSubscribe } from '../api/api-context.js';

/** A user who has a workspace, or a file of it, open. */
export type PresenceRow = WorkspacePresenceSubscription['workspacePresence'][number];

/**
 * Who has a workspace open now.
 * @param options.path the file that the signed-in user has open; without it the workspace itself
 * @param options.isListed whether others see the signed-in user in the list, default true
 * @param options.pause whether nothing is asked for
 */
export function usePresence(
  slug: string,
  workspaceId: string,
  { path, isListed = true, pause = false }: { path?: string; isListed?: boolean; pause?: boolean } = {},
): PresenceRow[] {
  const subscribe = useSubscribe();
  const [rows, setRows] = useState<PresenceRow[]>([]);
  useEffect(() => {
    if (pause) return;
    return subscribe(
      WorkspacePresenceDocument,
      { spaceSlug: slug, workspaceId, path, isListed },
      { onData: ({ workspacePresence }) => setRows(workspacePresence) },
    );
  }, [subscribe, slug, workspaceId, path, isListed, pause]);
  return rows;
}
