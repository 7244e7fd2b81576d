import { ScheduleDialog } from './schedule-dialog.js';
import { useCreateSchedule } from './use-create-schedule.js';

/** Asks which notebook of a branch is run, when, and with which parameters, and creates the schedule. */
export function CreateScheduleDialog({
  slug,
  workspaceId,
  branch,
  defaultBranch,
  onCreated,
  onClose,
}: {
  slug: string;
  workspaceId: string;
  branch: string;
  defaultBranch: string;
  onCreated: () => void;
  onClose: () => void;
}) {
  const { create, ...state } = useCreateSchedule({ slug, workspaceId, branch, defaultBranch });
  return (
    <ScheduleDialog
      title="New schedule"
      submit="Create"
      slug={slug}
      workspaceId={workspaceId}
      notebooksOf={branch}
      {...state}
      onSave={create}
      onSaved={onCreated}
      onClose={onClose}
    >
      <p className="hint">Its runs have your rights, and save the notebook with its output.</p>
    </ScheduleDialog>
  );
}
