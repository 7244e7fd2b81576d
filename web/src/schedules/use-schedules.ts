import { SchedulesDocument, type SchedulesQuery } from '../../generated/shell.js';
import { type LiveResult, useLiveQuery } from '../space/use-live-query.js';

/**
 * The schedules of a workspace, newest first; a workspace has at most 50. They are loaded again after each change, also when one
 * started a run or missed a due time.
 */
export function useSchedules(slug: string, workspaceId: string): LiveResult<SchedulesQuery> {
  return useLiveQuery(
    SchedulesDocument,
    { slug, workspaceId },
    (item) => item.__typename === 'SpaceScheduleEvent' && item.workspaceId === workspaceId,
  );
}
