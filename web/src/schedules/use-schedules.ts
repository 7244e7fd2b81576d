import { useEffect } from 'react';
import { SchedulesDocument, type SchedulesQuery, WorkspaceChangesDocument } from '../../generated/shell.js';
import { useSubscribe } from '../api/api-context.js';
import { PacedLoad } from '../space/paced-load.js';
import { type LiveResult, useLiveQuery } from '../space/use-live-query.js';

/** A run begins at most 5 s after it is due, and takes a moment to be noted. */
const afterDueMs = 10_000;
/** A due time that stays in the past, because no gateway can start runs now, is asked for only so often. */
const minWaitMs = 30_000;
/** Browsers count no longer than 24 days, and clocks may be set meanwhile. */
const maxWaitMs = 3_600_000;

/**
 * The schedules of a workspace, newest first; a workspace has at most 50. They are loaded again after each change, after each
 * change of a run, and soon after the next due time: no event says that one was missed.
 */
export function useSchedules(slug: string, workspaceId: string): LiveResult<SchedulesQuery> {
  const result = useLiveQuery(
    SchedulesDocument,
    { slug, workspaceId },
    (item) => item.__typename === 'SpaceNotebookRunEvent' && item.workspaceId === workspaceId,
  );
  const { data, reload } = result;
  useReloadAfterChanges(slug, workspaceId, reload);
  useEffect(() => {
    const due = data?.space.workspace.schedules.nodes.flatMap(({ nextDueAt }) =>
      nextDueAt === null ? [] : [Date.parse(nextDueAt)],
    );
    if (!due?.length) return;
    const wait = Math.min(...due) + afterDueMs - Date.now();
    const timer = setTimeout(reload, Math.min(maxWaitMs, Math.max(minWaitMs, wait)));
    return () => clearTimeout(timer);
  }, [data, reload]);
  return result;
}

/** The stream of the space has no changes of schedules; that of the workspace has. */
function useReloadAfterChanges(slug: string, workspaceId: string, reload: () => void): void {
  const subscribe = useSubscribe();
  useEffect(() => {
    const loads = new PacedLoad(async () => {
      reload();
      // A failed query tries again by itself.
      return true;
    });
    const stop = subscribe(
      WorkspaceChangesDocument,
      { spaceSlug: slug, workspaceId },
      { onData: () => loads.soon(), onResume: () => loads.soon() },
    );
    // What changes between the first answer and the beginning of the stream is in neither.
    loads.soon();
    return () => {
      stop();
      loads.close();
    };
  }, [subscribe, slug, workspaceId, reload]);
}
