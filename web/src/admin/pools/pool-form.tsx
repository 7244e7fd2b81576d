import { type FormEvent, type ReactNode, useState } from 'react';
import { SetWarmPoolDocument } from '../../../generated/shell.js';
import type { ApiFault } from '../../api/api-error.js';
import { useAction } from '../../api/use-action.js';
import { Field } from '../../components/field.js';
import { FormFooter } from '../../components/form-footer.js';
import { formValues } from '../../components/form-values.js';

/** The maximum counts of the API. */
const maxWorkers = 50;
const maxKernels = 5;

/** The API removes a pool of which nothing is kept; here that needs a question. */
const keepsNothing: ApiFault = {
  message: 'Keep at least one worker or kernel. To keep none, remove the warm pool.',
  code: 'invalid_request',
  extensions: {},
};

/** The form that sets the counts of a warm pool. */
export function PoolForm({
  size,
  kernels,
  submit,
  onClose,
  onSaved,
  children,
}: {
  size: number;
  kernels: number;
  /** What the button says. */
  submit: string;
  onClose: () => void;
  onSaved: () => void;
  /** The controls `kernelProfileId` and `resourceClassId`. */
  children: ReactNode;
}) {
  const set = useAction(SetWarmPoolDocument);
  const [isEmpty, setEmpty] = useState(false);
  const save = async (event: FormEvent<HTMLFormElement>) => {
    const { kernelProfileId = '', resourceClassId = '', ...counts } = formValues(event);
    const wanted = { size: Number(counts.size), kernels: Number(counts.kernels) };
    const isNothing = wanted.size === 0 && wanted.kernels === 0;
    setEmpty(isNothing);
    if (isNothing || !(await set.run({ kernelProfileId, resourceClassId, ...wanted }))) return;
    onSaved();
    onClose();
  };
  return (
    <form onSubmit={save}>
      {children}
      <Field label="Workers" hint={`How many wait, 0 to ${maxWorkers}.`}>
        {(field) => (
          <input {...field} name="size" type="number" required min={0} max={maxWorkers} defaultValue={size} />
        )}
      </Field>
      <Field
        label="Kernels on each live worker"
        hint={`How many wait, 0 to ${maxKernels}. Each uses memory of its worker.`}
      >
        {(field) => (
          <input
            {...field}
            name="kernels"
            type="number"
            required
            min={0}
            max={maxKernels}
            defaultValue={kernels}
          />
        )}
      </Field>
      <FormFooter
        fault={isEmpty ? keepsNothing : set.fault}
        isBusy={set.isBusy}
        submit={submit}
        onClose={onClose}
      />
    </form>
  );
}
