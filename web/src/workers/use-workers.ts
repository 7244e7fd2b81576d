import { useEffect, useMemo, useState } from 'react';
import {
  type WorkerRowFragment,
  WorkersDocument,
  type WorkersQuery,
  WorkerUsageDocument,
} from '../../generated/shell.js';
import { useSubscribe } from '../api/api-context.js';
import type { ApiFault } from '../api/api-error.js';
import { useLiveQuery } from '../space/use-live-query.js';

/** A kernel on a worker. */
export type SessionRow = WorkersQuery['space']['sessions']['nodes'][number];

/** A worker with its kernels. */
export interface WorkerWithSessions extends WorkerRowFragment {
  sessions: SessionRow[];
}

const ended: ReadonlySet<string> = new Set(['stopped', 'failed']);

/**
 * The live workers of a space or of one workspace, with their kernels and what they use now.
 * @returns no workers before the first answer: then `isLoading`
 */
export function useWorkers(
  slug: string,
  workspaceId?: string,
): { workers: WorkerWithSessions[]; isLoading: boolean; fault: ApiFault | null } {
  const subscribe = useSubscribe();
  const { data, fault, reload } = useLiveQuery(
    WorkersDocument,
    { slug, workspaceId },
    ({ __typename }) => __typename === 'SpaceWorkerEvent' || __typename === 'SpaceSessionEvent',
  );
  const [newer, setNewer] = useState<Record<string, WorkerRowFragment>>({});
  // An answer is newer than what the stream said before it.
  useEffect(() => {
    if (data) setNewer({});
  }, [data]);
  useEffect(
    () =>
      subscribe(
        WorkerUsageDocument,
        { spaceSlug: slug, workspaceId },
        {
          onData: ({ workerChanged }) =>
            setNewer((before) => ({ ...before, [workerChanged.id]: workerChanged })),
          onResume: reload,
        },
      ),
    [subscribe, slug, workspaceId, reload],
  );
  const workers = useMemo(() => {
    const rows = data?.space.workers.nodes ?? [];
    const known = new Set(rows.map(({ id }) => id));
    const started = Object.values(newer).filter(({ id }) => !known.has(id));
    return [...started, ...rows.map((row) => newer[row.id] ?? row)]
      .filter(({ status }) => !ended.has(status))
      .map((worker) => ({
        ...worker,
        sessions: data?.space.sessions.nodes.filter(({ workerId }) => workerId === worker.id) ?? [],
      }));
  }, [data, newer]);
  return { workers, isLoading: !data && !fault, fault };
}
