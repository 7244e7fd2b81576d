import { CreateProfileDocument, type Runtime } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { formValues } from '../components/form-values.js';

/** Asks for a new kernel profile. */
export function CreateProfileDialog({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const create = useAction(CreateProfileDocument);
  return (
    <Dialog title="New kernel profile" onClose={onClose}>
      <form
        onSubmit={async (event) => {
          const { id = '', displayName = '', language = '', kernelName = '', runtime } = formValues(event);
          const input = { id, displayName, language, kernelName, runtime: runtime as Runtime };
          if (!(await create.run({ input }))) return;
          onCreated();
          onClose();
        }}
      >
        <Field label="Id" hint="Requests name it, e.g. analysis.">
          {(field) => <input {...field} name="id" required maxLength={100} autoComplete="off" />}
        </Field>
        <Field label="Name">
          {(field) => <input {...field} name="displayName" required maxLength={200} />}
        </Field>
        <Field label="Language">
          {(field) => <input {...field} name="language" required maxLength={100} defaultValue="python" />}
        </Field>
        <Field label="Jupyter kernel">
          {(field) => <input {...field} name="kernelName" required maxLength={100} defaultValue="python3" />}
        </Field>
        <Field label="Its workers run">
          {(field) => (
            <select {...field} name="runtime">
              <option value="local">on the machine of the gateway</option>
              <option value="external">on registered Jupyter servers</option>
              <option value="dedicated">in containers or Pods of their own</option>
            </select>
          )}
        </Field>
        <FormFooter {...create} submit="Create" onClose={onClose} />
      </form>
    </Dialog>
  );
}
