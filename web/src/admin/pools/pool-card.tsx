import { useState } from 'react';
import { SetWarmPoolDocument, type WarmPoolsQuery } from '../../../generated/shell.js';
import { useAction } from '../../api/use-action.js';
import { ConfirmButton } from '../../components/confirm-button.js';
import { Dialog } from '../../components/dialog.js';
import { Meter } from '../../components/meter.js';
import { PoolForm } from './pool-form.js';

type Pool = WarmPoolsQuery['warmPools'][number];

/** A warm pool: how much of it is wanted, ready and starting, and how to change that. */
export function PoolCard({ pool, onChange }: { pool: Pool; onChange: () => void }) {
  const { kernelProfile, resourceClass, size, ready, starting, kernels, readyKernels } = pool;
  const name = `${kernelProfile.displayName}, ${resourceClass.name}`;
  const target = { kernelProfileId: kernelProfile.id, resourceClassId: resourceClass.id };
  const [isEditing, setEditing] = useState(false);
  const close = () => setEditing(false);
  const remove = useAction(SetWarmPoolDocument);
  return (
    <li className="card">
      <h3>{name}</h3>
      {size === 0 ? (
        <p>No workers wait.</p>
      ) : (
        <Meter
          label="Workers"
          value={ready}
          max={size}
          text={`${ready} of ${size} ready${starting > 0 ? `, ${starting} starting` : ''}`}
        />
      )}
      <p>
        {kernels === 0
          ? 'No kernels wait.'
          : `Kernels: ${kernels} wanted on each live worker, ${readyKernels} ready on all together`}
      </p>
      <div className="section-actions">
        <button type="button" aria-label={`Change ${name}`} onClick={() => setEditing(true)}>
          Change
        </button>
        <ConfirmButton
          label="Remove"
          name={`Remove ${name}`}
          title={`Remove the warm pool ${name}?`}
          {...remove}
          onConfirm={async () => {
            const isRemoved = (await remove.run({ ...target, size: 0, kernels: 0 })) !== undefined;
            if (isRemoved) onChange();
            return isRemoved;
          }}
        >
          <p>Its waiting workers and kernels are stopped. Workers and kernels that somebody uses go on.</p>
        </ConfirmButton>
      </div>
      {isEditing && (
        <Dialog title={`Warm pool ${name}`} onClose={close}>
          <PoolForm size={size} kernels={kernels} submit="Save" onClose={close} onSaved={onChange}>
            <input type="hidden" name="kernelProfileId" value={kernelProfile.id} />
            <input type="hidden" name="resourceClassId" value={resourceClass.id} />
          </PoolForm>
        </Dialog>
      )}
    </li>
  );
}
