import { useState } from 'react';
import {
  DeleteServerDocument,
  type ServerRowFragment,
  UpdateServerDocument,
} from '../../../generated/shell.js';
import { useAction } from '../../api/use-action.js';
import { ConfirmButton } from '../../components/confirm-button.js';
import { FaultMessage } from '../../components/fault-message.js';
import { Meter } from '../../components/meter.js';
import { RelativeTime } from '../../components/relative-time.js';
import { StatusBadge } from '../../components/status-badge.js';
import { KernelNames } from './kernel-names.js';
import { ServerDialog } from './server-dialog.js';

/** The server of JUPYTER_URL has this id; the API changes only the others. */
const configuredId = 'configured';

/** A Jupyter server: whether it answers, what it offers, how full it is, and what can be done with it. */
export function ServerCard({ server, onChange }: { server: ServerRowFragment; onChange: () => void }) {
  const { id, name, baseUrl, hasToken, isAvailable, unavailableReason, kernelNames, lastCheckedAt } = server;
  return (
    <li className="card server">
      <header>
        <h3>{name}</h3>
        <StatusBadge status={isAvailable ? 'ready' : 'not available'} />
      </header>
      <p className="hint">
        <code>{baseUrl}</code> · {hasToken ? 'with a token' : 'without a token'} · asked{' '}
        <RelativeTime time={lastCheckedAt} />
      </p>
      {unavailableReason !== null && <p className="fault">{unavailableReason}</p>}
      {isAvailable && <KernelNames names={kernelNames} />}
      <ServerLoad server={server} />
      {id === configuredId ? (
        <p className="hint">It is set with JUPYTER_URL, so it cannot be changed here.</p>
      ) : (
        <ServerActions server={server} onChange={onChange} />
      )}
    </li>
  );
}

function ServerLoad({
  server: { liveWorkers, capacity },
}: {
  server: Pick<ServerRowFragment, 'liveWorkers' | 'capacity'>;
}) {
  if (capacity === null) {
    return (
      <p>
        {liveWorkers} live {liveWorkers === 1 ? 'worker' : 'workers'}, without a limit
      </p>
    );
  }
  return (
    <Meter label="Live workers" value={liveWorkers} max={capacity} text={`${liveWorkers} of ${capacity}`} />
  );
}

function ServerActions({ server, onChange }: { server: ServerRowFragment; onChange: () => void }) {
  const { id, name, isEnabled } = server;
  const update = useAction(UpdateServerDocument);
  const remove = useAction(DeleteServerDocument);
  const [isEditing, setEditing] = useState(false);
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={isEnabled}
          disabled={update.isBusy}
          onChange={async (event) => {
            if (await update.run({ id, input: { isEnabled: event.target.checked } })) onChange();
          }}
        />
        New workers may use it
      </label>
      <FaultMessage fault={update.fault} />
      <footer>
        <button type="button" aria-label={`Change ${name}`} onClick={() => setEditing(true)}>
          Change
        </button>
        <ConfirmButton
          label="Remove"
          name={`Remove ${name}`}
          title={`Remove the Jupyter server ${name}?`}
          {...remove}
          onConfirm={async () => {
            const isRemoved = (await remove.run({ id })) !== undefined;
            if (isRemoved) onChange();
            return isRemoved;
          }}
        >
          <p>The gateway forgets its address and its token. The server itself goes on.</p>
        </ConfirmButton>
      </footer>
      {isEditing && <ServerDialog server={server} onClose={() => setEditing(false)} onSaved={onChange} />}
    </>
  );
}
