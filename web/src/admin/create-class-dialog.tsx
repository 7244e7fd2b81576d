import { CreateClassDocument } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { formValues } from '../components/form-values.js';

const numbers = [
  { name: 'cpuLimit', label: 'Processor cores', usual: 2, step: 0.1 },
  { name: 'memoryMb', label: 'Memory in MiB', usual: 4096, step: 1 },
  { name: 'workspaceStorageMb', label: 'Storage for files in MiB', usual: 4096, step: 1 },
  { name: 'tmpStorageMb', label: 'Temporary storage in MiB', usual: 1024, step: 1 },
] as const;

/** Asks for a new resource class. */
export function CreateClassDialog({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const create = useAction(CreateClassDocument);
  return (
    <Dialog title="New resource class" onClose={onClose}>
      <form
        onSubmit={async (event) => {
          const values = formValues(event);
          const input = {
            id: values.id ?? '',
            name: values.name ?? '',
            cpuLimit: Number(values.cpuLimit),
            memoryMb: Number(values.memoryMb),
            workspaceStorageMb: Number(values.workspaceStorageMb),
            tmpStorageMb: Number(values.tmpStorageMb),
          };
          if (!(await create.run({ input }))) return;
          onCreated();
          onClose();
        }}
      >
        <Field label="Id" hint="Requests name it, e.g. large.">
          {(field) => <input {...field} name="id" required maxLength={100} autoComplete="off" />}
        </Field>
        <Field label="Name">{(field) => <input {...field} name="name" required maxLength={200} />}</Field>
        {numbers.map(({ name, label, usual, step }) => (
          <Field key={name} label={label}>
            {(field) => (
              <input
                {...field}
                name={name}
                type="number"
                required
                min={step}
                step={step}
                defaultValue={usual}
              />
            )}
          </Field>
        ))}
        <FormFooter {...create} submit="Create" onClose={onClose} />
      </form>
    </Dialog>
  );
}
