import type { ScheduleRowFragment } from '../../generated/shell.js';
import { RelativeTime } from '../components/relative-time.js';
import { ScrollText } from '../components/scroll-text.js';
import { StatusBadge } from '../components/status-badge.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import { DueTime } from './due-time.js';
import { LastRun } from './last-run.js';
import { ScheduleActions } from './schedule-actions.js';

/** A schedule in the list of its workspace: what it runs and when, its last run, and what went wrong. */
export function ScheduleRow({
  slug,
  schedule,
  userName,
  mayChange,
  onEdit,
  onChange,
}: {
  slug: string;
  schedule: ScheduleRowFragment;
  /** Who made it: its runs have the rights of this user. */
  userName: string;
  /** Whether it can be paused and deleted here. */
  mayChange: boolean;
  /** Opens its form; absent for those who may not change what it runs. */
  onEdit: (() => void) | undefined;
  /** Called when it was changed or deleted here. */
  onChange: () => void;
}) {
  const { workspaceId, path, ref, cron, timeZone, status, nextDueAt, lastRunId, lastDueAt, error } = schedule;
  const parameters = JSON.stringify(schedule.parameters, null, 2);
  return (
    <li className="schedule">
      <header>
        <strong className="grow">
          <Link to={addressOf.notebook({ slug, workspaceId, path, branch: ref ?? undefined })}>{path}</Link>
        </strong>
        <StatusBadge status={status} />
      </header>
      <p className="hint">
        <code>{cron}</code> · {timeZone} · {userName}
        {ref !== null && (
          <>
            {' · '}
            <code>{ref}</code>
          </>
        )}
      </p>
      {nextDueAt !== null && (
        <p>
          Next run: <DueTime time={nextDueAt} />
        </p>
      )}
      {error && <p className="fault">{error.detail}</p>}
      {lastRunId !== null && lastDueAt !== null && (
        <LastRun slug={slug} workspaceId={workspaceId} id={lastRunId} dueAt={lastDueAt} />
      )}
      <MissedTimes schedule={schedule} />
      {parameters !== '{}' && (
        <details>
          <summary>Parameters</summary>
          <ScrollText text={parameters} />
        </details>
      )}
      {mayChange && <ScheduleActions slug={slug} schedule={schedule} onEdit={onEdit} onChange={onChange} />}
    </li>
  );
}

function MissedTimes({
  schedule: { missedCount, lastMissedAt, lastMissedReason },
}: {
  schedule: ScheduleRowFragment;
}) {
  if (missedCount === 0 || lastMissedAt === null) return null;
  return (
    <p className="hint">
      {missedCount} {missedCount === 1 ? 'due time was' : 'due times were'} missed, the last{' '}
      <RelativeTime time={lastMissedAt} />. {lastMissedReason}
    </p>
  );
}
