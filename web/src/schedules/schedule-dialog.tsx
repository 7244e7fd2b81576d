import type { ReactNode } from 'react';
import type { ApiFault } from '../api/api-error.js';
import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { formValues } from '../components/form-values.js';
import { CalendarFields } from './calendar-fields.js';
import { NotebookField } from './notebook-field.js';
import type { ScheduleTexts } from './schedule-texts.js';

/** The form of a schedule: which notebook is run, when, and with which parameters. */
export function ScheduleDialog({
  title,
  submit,
  slug,
  workspaceId,
  notebooksOf,
  initial = {},
  isBusy,
  fault,
  onSave,
  onSaved,
  onClose,
  children,
}: {
  title: string;
  /** What the button says that saves. */
  submit: string;
  slug: string;
  workspaceId: string;
  /** The branch, tag or commit whose notebooks are suggested. */
  notebooksOf: string;
  /** What the form has when it opens; read only then. */
  initial?: Partial<ScheduleTexts>;
  isBusy: boolean;
  fault: ApiFault | null;
  /** @returns whether it was saved: else `fault` says why, and the form stays as it is */
  onSave: (values: ScheduleTexts) => Promise<boolean>;
  onSaved: () => void;
  onClose: () => void;
  /** What to know before it is saved. */
  children: ReactNode;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          const { path = '', cron = '', timeZone = '', parameters = '' } = formValues(event);
          if (!(await onSave({ path, cron, timeZone, parameters }))) return;
          onSaved();
          onClose();
        }}
      >
        <NotebookField
          slug={slug}
          workspaceId={workspaceId}
          notebooksOf={notebooksOf}
          initial={initial.path}
        />
        <CalendarFields initialCron={initial.cron} initialZone={initial.timeZone} />
        <Field
          label="Parameters (optional)"
          hint={
            'A JSON object of values by name, e.g. {"rate": 2}. A cell behind the one with the tag "parameters" sets them.'
          }
        >
          {(field) => (
            <textarea
              {...field}
              name="parameters"
              rows={3}
              autoComplete="off"
              spellCheck={false}
              defaultValue={initial.parameters}
            />
          )}
        </Field>
        {children}
        <FormFooter fault={fault} isBusy={isBusy} submit={submit} onClose={onClose} />
      </form>
    </Dialog>
  );
}
