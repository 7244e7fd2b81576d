import { useQuery } from 'urql';
import { PoolChoicesDocument } from '../../../generated/shell.js';
import { faultOf } from '../../api/api-error.js';
import { Dialog } from '../../components/dialog.js';
import { FaultMessage } from '../../components/fault-message.js';
import { Field } from '../../components/field.js';
import { Loading } from '../../components/loading.js';
import { PoolForm } from './pool-form.js';

/** Asks for the profile and the class of a new warm pool, and for its counts. */
export function NewPoolDialog({ onClose, onSaved }: { onClose: () => void; onSaved: () => void }) {
  const [{ data, error }] = useQuery({ query: PoolChoicesDocument });
  const choices = data?.spaces.nodes[0];
  return (
    <Dialog title="New warm pool" onClose={onClose}>
      <FaultMessage fault={error && faultOf(error)} />
      {!data && !error && <Loading what="the kernel profiles" />}
      {data && !choices && <p className="empty">Create a space first.</p>}
      {choices && (
        <PoolForm size={1} kernels={0} submit="Create" onClose={onClose} onSaved={onSaved}>
          <Choice
            label="Kernel profile"
            name="kernelProfileId"
            options={choices.kernelProfiles.map(({ displayName: name, ...rest }) => ({ ...rest, name }))}
          />
          <Choice label="Resource class" name="resourceClassId" options={choices.workerResourceClasses} />
          <p className="hint">If these two have a warm pool already, its counts are changed.</p>
        </PoolForm>
      )}
    </Dialog>
  );
}

/** A choice that begins with the default of the gateway. */
function Choice({
  label,
  name,
  options,
}: {
  label: string;
  name: string;
  options: { id: string; name: string; isDefault: boolean }[];
}) {
  return (
    <Field label={label}>
      {(field) => (
        <select {...field} name={name} defaultValue={options.find(({ isDefault }) => isDefault)?.id}>
          {options.map((option) => (
            <option key={option.id} value={option.id}>
              {option.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
