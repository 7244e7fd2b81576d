import { useState } from 'react';
import { StopWorkerDocument } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { ConfirmButton } from '../components/confirm-button.js';
import { Meter } from '../components/meter.js';
import { RelativeTime } from '../components/relative-time.js';
import { StatusBadge } from '../components/status-badge.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import type { SessionRow, WorkerWithSessions } from './use-workers.js';
import { WorkerFilesDialog } from './worker-files-dialog.js';

/** A running Jupyter server: its status, what it uses, its kernels. */
export function WorkerCard({
  slug,
  worker,
  workspaceName,
  userName,
}: {
  slug: string;
  worker: WorkerWithSessions;
  /** Left out on the page of the workspace. */
  workspaceName?: string;
  userName: string;
}) {
  const { workspaceId, branch, status, progress, usage, resourceClass } = worker;
  const isStarting = status === 'starting';
  return (
    <li className="card worker">
      <header>
        <h3>
          {workspaceName ? (
            <Link to={addressOf.workspace(slug, workspaceId)}>{workspaceName}</Link>
          ) : (
            worker.kernelProfileId
          )}
        </h3>
        <StatusBadge status={status} />
      </header>
      <p className="hint">
        {userName} · <code>{branch}</code> · {worker.kernelProfileId} · {resourceClass.name} ·{' '}
        <RelativeTime time={worker.createdAt} />
      </p>
      {isStarting && (
        <Meter label={progress.message} value={progress.percent} max={100} text={`${progress.percent} %`} />
      )}
      {usage && !isStarting && (
        <div className="meters">
          <Meter
            label="CPU"
            value={usage.cpuCores}
            max={resourceClass.cpuLimit}
            text={`${usage.cpuCores.toFixed(2)} of ${resourceClass.cpuLimit} cores`}
          />
          <Meter
            label="Memory"
            value={usage.memoryMb}
            max={resourceClass.memoryMb}
            text={`${Math.round(usage.memoryMb)} of ${resourceClass.memoryMb} MiB`}
          />
        </div>
      )}
      {worker.errorDetail && <p className="fault">{worker.errorDetail}</p>}
      {worker.expiresAt && (
        <p className="hint">
          Stops <RelativeTime time={worker.expiresAt} /> if nobody uses it.
        </p>
      )}
      <SessionList slug={slug} workspaceId={workspaceId} branch={branch} sessions={worker.sessions} />
      {worker.effectivePermissions.canManage && (
        <WorkerButtons slug={slug} worker={worker} userName={userName} />
      )}
    </li>
  );
}

/** What the user who started a worker, and admins, can do with it. */
function WorkerButtons({
  slug,
  worker: { id, branch, status },
  userName,
}: {
  slug: string;
  worker: WorkerWithSessions;
  userName: string;
}) {
  const stop = useAction(StopWorkerDocument);
  const [isShowingFiles, setShowingFiles] = useState(false);
  return (
    <footer>
      {status === 'ready' && (
        <button
          type="button"
          aria-label={`Files of the worker of ${userName} on ${branch}`}
          onClick={() => setShowingFiles(true)}
        >
          Files
        </button>
      )}
      <ConfirmButton
        label="Stop"
        name={`Stop the worker of ${userName} on ${branch}`}
        title={`Stop the worker of ${userName}?`}
        isDisabled={status === 'stopping'}
        {...stop}
        onConfirm={async () => (await stop.run({ spaceSlug: slug, id })) !== undefined}
      >
        <p>Its kernels lose their memory, and files that were not committed are gone.</p>
      </ConfirmButton>
      {isShowingFiles && (
        <WorkerFilesDialog slug={slug} workerId={id} onClose={() => setShowingFiles(false)} />
      )}
    </footer>
  );
}

function SessionList({
  slug,
  workspaceId,
  branch,
  sessions,
}: {
  slug: string;
  workspaceId: string;
  branch: string;
  sessions: SessionRow[];
}) {
  if (sessions.length === 0) return null;
  return (
    <ul className="rows" aria-label="Kernels">
      {sessions.map(({ id, path, status, statusReason }) => (
        <li key={id}>
          {path ? (
            <Link to={addressOf.anyFile({ slug, workspaceId, path, branch })}>{path}</Link>
          ) : (
            'Kernel without a file'
          )}
          <StatusBadge status={status} />
          {statusReason && <span className="hint">{statusReason.replaceAll('_', ' ')}</span>}
        </li>
      ))}
    </ul>
  );
}
