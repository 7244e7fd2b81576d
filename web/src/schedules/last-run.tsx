import { LastRunDocument, type LastRunQuery } from '../../generated/shell.js';
import { RelativeTime } from '../components/relative-time.js';
import { StatusBadge } from '../components/status-badge.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import { useLiveQuery } from '../space/use-live-query.js';

type Run = LastRunQuery['space']['notebookRun'];

/** The last run that a schedule has started: its state as it changes, and the notebook that it saved. */
export function LastRun({
  slug,
  workspaceId,
  id,
  dueAt,
}: {
  slug: string;
  workspaceId: string;
  id: string;
  /** When it was due. */
  dueAt: string;
}) {
  const { data, fault } = useLiveQuery(
    LastRunDocument,
    { slug, id },
    (item) => item.__typename === 'SpaceNotebookRunEvent' && item.runId === id,
  );
  const run = data?.space.notebookRun;
  const problem = run?.error ?? run?.saveError;
  return (
    <>
      <p>
        Last run: {run && <StatusBadge status={run.status} />} <RelativeTime time={dueAt} />
        {run && (
          <>
            {' · '}
            <Link to={addressOf.notebook({ slug, workspaceId, ...notebookOf(run) })}>
              {run.savedCommitSha === null ? 'notebook' : 'executed notebook'}
            </Link>
          </>
        )}
        {!run && fault && (
          <span className="hint">
            {' · '}
            {fault.code === 'not_found' ? 'It is not kept any more.' : fault.message}
          </span>
        )}
      </p>
      {problem && <p className="fault">{problem.detail}</p>}
    </>
  );
}

/** What the run saved, or what it ran where it saved nothing. */
function notebookOf({ savedCommitSha, savePath, saveBranch, path, ref }: Run) {
  return savedCommitSha === null ? { path, branch: ref } : { path: savePath, branch: saveBranch };
}
