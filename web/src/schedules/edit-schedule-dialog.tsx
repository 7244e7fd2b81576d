import { useState } from 'react';
import type { ScheduleRowFragment } from '../../generated/shell.js';
import { ScheduleDialog } from './schedule-dialog.js';
import { changedTexts, scheduleTexts } from './schedule-texts.js';
import { useUpdateSchedule } from './use-update-schedule.js';

/** The form of a schedule with its values. It saves what the user changes there, and nothing else. */
export function EditScheduleDialog({
  slug,
  schedule,
  defaultBranch,
  onChange,
  onClose,
}: {
  slug: string;
  /** As it is now. The form keeps the values that it had when it opened. */
  schedule: ScheduleRowFragment;
  /** Which notebooks are run where the schedule names no branch, tag or commit. */
  defaultBranch: string;
  onChange: () => void;
  onClose: () => void;
}) {
  const [initial] = useState(() => scheduleTexts(schedule));
  const { id, workspaceId } = schedule;
  const notebooksOf = schedule.ref ?? defaultBranch;
  const { update, ...state } = useUpdateSchedule({ slug, workspaceId, id, notebooksOf, initial });
  const isOutdated = Object.keys(changedTexts(scheduleTexts(schedule), initial)).length > 0;
  return (
    <ScheduleDialog
      title="Edit schedule"
      submit="Save"
      slug={slug}
      workspaceId={workspaceId}
      notebooksOf={notebooksOf}
      initial={initial}
      {...state}
      onSave={update}
      onSaved={onChange}
      onClose={onClose}
    >
      <p className="hint" role="status">
        {isOutdated && !state.isBusy
          ? 'The schedule was changed meanwhile. What you have not changed here stays as it is there.'
          : 'Only what you change here is saved.'}
      </p>
    </ScheduleDialog>
  );
}
