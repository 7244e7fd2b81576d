import { useEffect, useRef, useState } from 'react';
import type { Client } from 'urql';
import { RecentRunsDocument, RecentRunsOfWorkspaceDocument } from '../../generated/shell.js';
import { useClient } from '../api/api-context.js';
import { type ApiFault, faultOf, isTemporary } from '../api/api-error.js';
import { PacedLoad } from '../space/paced-load.js';
import { type SpaceItem, useSpaceItems } from '../space/space-feed.js';
import { exceptionText, mergeRuns, type Run, runsOf } from './run-list.js';

type ExecutionItem = Extract<SpaceItem, { __typename: 'SpaceExecutionEvent' }>;

/** Of so many runs it is remembered that they were asked for. */
const maxKnown = 1_000;

/** The newest runs, newest first. */
export interface RecentRuns {
  runs: Run[];
  /** Whether the first answer is still awaited. */
  isLoading: boolean;
  fault: ApiFault | null;
}

/** The newest runs of a space or of one workspace, as they happen. */
export function useRuns(slug: string, workspaceId?: string): RecentRuns {
  const client = useClient();
  const [runs, setRuns] = useState<Run[]>([]);
  const [isLoading, setLoading] = useState(true);
  const [fault, setFault] = useState<ApiFault | null>(null);
  /** The runs whose code is known or was asked for: others are loaded. */
  const known = useRef(new Set<string>());
  const loads = useRef<PacedLoad>(undefined);
  useEffect(() => {
    known.current.clear();
    setRuns([]);
    setLoading(true);
    setFault(null);
    const own = new PacedLoad(async () => {
      const { data, error } = await loadRuns(client, slug, workspaceId);
      if (own.isClosed) return true;
      const found = error ? faultOf(error) : null;
      setLoading(false);
      setFault(found);
      if (data) {
        for (const { id } of data) remember(known.current, id);
        setRuns((list) => mergeRuns(list, data));
      }
      return found === null || !isTemporary(found);
    });
    loads.current = own;
    own.soon();
    return () => own.close();
  }, [client, slug, workspaceId]);
  useSpaceItems((item) => {
    if (item.__typename === 'SpaceEventsReset') loads.current?.soon();
    if (item.__typename !== 'SpaceExecutionEvent') return;
    if (workspaceId !== undefined && item.workspaceId !== workspaceId) return;
    setRuns((list) => mergeRuns(list, [runOfItem(item)]));
    if (known.current.has(item.executionId)) return;
    remember(known.current, item.executionId);
    loads.current?.soon();
  });
  return { runs, isLoading, fault };
}

/** Adds an id; of too many the oldest is forgotten, whose next change loads the runs once more. */
function remember(known: Set<string>, id: string): void {
  known.add(id);
  if (known.size > maxKnown) known.delete(known.values().next().value!);
}

async function loadRuns(client: Client, slug: string, workspaceId: string | undefined) {
  const context = { requestPolicy: 'network-only' } as const;
  if (workspaceId === undefined) {
    const { data, error } = await client.query(RecentRunsDocument, { slug }, context).toPromise();
    const rows = data?.space.executions.nodes ?? [];
    return { data: data && runsOf(rows, data.space.sessions.nodes), error };
  }
  const { data, error } = await client
    .query(RecentRunsOfWorkspaceDocument, { slug, workspaceId }, context)
    .toPromise();
  const rows = data?.space.workspace.executions.nodes ?? [];
  return { data: data && runsOf(rows, data.space.sessions.nodes), error };
}

function runOfItem(item: ExecutionItem): Run {
  const { executionId, sessionId, workspaceId, userId, executionStatus, createdAt, error } = item;
  return {
    id: executionId,
    sessionId,
    workspaceId,
    userId,
    status: executionStatus,
    createdAt,
    finishedAt: null,
    code: null,
    path: null,
    branch: null,
    error: error && exceptionText(error),
  };
}
