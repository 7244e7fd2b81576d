import {
  DeleteScheduleDocument,
  PauseScheduleDocument,
  type ScheduleRowFragment,
} from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { ConfirmButton } from '../components/confirm-button.js';
import { FaultMessage } from '../components/fault-message.js';

/** What those who may change a schedule do with it: edit it, pause it, let it go on, delete it. */
export function ScheduleActions({
  slug,
  schedule: { id, path, cron, status },
  onEdit,
  onChange,
}: {
  slug: string;
  schedule: ScheduleRowFragment;
  /** Opens its form; absent for those who may not change what it runs. */
  onEdit: (() => void) | undefined;
  /** Called when it was changed or deleted. */
  onChange: () => void;
}) {
  const pause = useAction(PauseScheduleDocument);
  const drop = useAction(DeleteScheduleDocument);
  const isActive = status === 'active';
  const label = isActive ? 'Pause' : 'Go on';
  // A notebook may have several schedules.
  const name = `${path} (${cron})`;
  return (
    <>
      <FaultMessage fault={pause.fault} />
      <div className="section-actions">
        {onEdit && (
          <button type="button" aria-label={`Edit: ${name}`} onClick={onEdit}>
            Edit
          </button>
        )}
        <button
          type="button"
          aria-label={`${label}: ${name}`}
          onClick={async () => {
            if (await pause.run({ spaceSlug: slug, id, isPaused: isActive })) onChange();
          }}
        >
          {label}
        </button>
        <ConfirmButton
          label="Delete"
          name={`Delete: ${name}`}
          title={`Delete the schedule of ${path}?`}
          {...drop}
          onConfirm={async () => {
            const isDeleted = (await drop.run({ spaceSlug: slug, id })) !== undefined;
            if (isDeleted) onChange();
            return isDeleted;
          }}
        >
          <p>It starts no more runs. The runs that it has started stay, and so do their notebooks.</p>
        </ConfirmButton>
      </div>
    </>
  );
}
