import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { formValues } from '../components/form-values.js';
import { CalendarFields } from './calendar-fields.js';
import { NotebookField } from './notebook-field.js';
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
    <Dialog title="New schedule" onClose={onClose}>
      <form
        onSubmit={async (event) => {
          if (!(await create(formValues(event)))) return;
          onCreated();
          onClose();
        }}
      >
        <NotebookField slug={slug} workspaceId={workspaceId} branch={branch} />
        <CalendarFields />
        <Field
          label="Parameters (optional)"
          hint={
            'A JSON object of values by name, e.g. {"rate": 2}. A cell behind the one with the tag "parameters" sets them.'
          }
        >
          {(field) => (
            <textarea {...field} name="parameters" rows={3} autoComplete="off" spellCheck={false} />
          )}
        </Field>
        <p className="hint">Its runs have your rights, and save the notebook with its output.</p>
        <FormFooter {...state} submit="Create" onClose={onClose} />
      </form>
    </Dialog>
  );
}
