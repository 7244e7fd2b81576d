import { useCallback, useState } from 'react';
import { useQuery } from 'urql';
import {
  KernelSettingsDocument,
  type KernelSettingsQuery,
  UpdateClassDocument,
  UpdateProfileDocument,
} from '../../generated/shell.js';
import { faultOf } from '../api/api-error.js';
import { useAction } from '../api/use-action.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { Section } from '../components/section.js';
import { StatusBadge } from '../components/status-badge.js';
import { useRefresh } from '../paging/use-refresh.js';
import { CreateClassDialog } from './create-class-dialog.js';
import { CreateProfileDialog } from './create-profile-dialog.js';

type Settings = KernelSettingsQuery['spaces']['nodes'][number];

/** The kernel profiles and the resource classes, which all spaces share. */
export function KernelSection() {
  const [{ data, error }, reload] = useQuery({ query: KernelSettingsDocument });
  const [dialog, setDialog] = useState<'profile' | 'class' | null>(null);
  const refresh = useCallback(() => reload({ requestPolicy: 'network-only' }), [reload]);
  useRefresh(refresh);
  if (!data) return error ? <FaultMessage fault={faultOf(error)} /> : <Loading what="kernel profiles" />;
  const settings = data.spaces.nodes[0];
  if (!settings) return <p className="empty">Become a member of a space to see them.</p>;
  const close = () => setDialog(null);
  return (
    <>
      <Section
        title="Kernel profiles"
        count={settings.kernelProfiles.length}
        actions={
          <button type="button" onClick={() => setDialog('profile')}>
            New profile
          </button>
        }
      >
        <ProfileRows profiles={settings.kernelProfiles} onChange={refresh} />
      </Section>
      <Section
        title="Resource classes"
        count={settings.workerResourceClasses.length}
        actions={
          <button type="button" onClick={() => setDialog('class')}>
            New class
          </button>
        }
      >
        <ClassRows classes={settings.workerResourceClasses} onChange={refresh} />
      </Section>
      {dialog === 'profile' && <CreateProfileDialog onClose={close} onCreated={refresh} />}
      {dialog === 'class' && <CreateClassDialog onClose={close} onCreated={refresh} />}
    </>
  );
}

function ProfileRows({ profiles, onChange }: { profiles: Settings['kernelProfiles']; onChange: () => void }) {
  const update = useAction(UpdateProfileDocument);
  return (
    <>
      <FaultMessage fault={update.fault} />
      <ul className="rows panel">
        {profiles.map(
          ({ id, displayName, language, kernelName, runtime, isDefault, isAvailable, unavailableReason }) => (
            <li key={id}>
              <span className="grow">
                <strong>{displayName}</strong>{' '}
                <span className="hint">
                  {id} · {language} · {kernelName} · {runtime}
                </span>
                {!isAvailable && <span className="hint"> · {unavailableReason}</span>}
              </span>
              <StatusBadge status={isAvailable ? 'ready' : 'not available'} />
              {isDefault ? (
                <StatusBadge status="default" />
              ) : (
                <button
                  type="button"
                  disabled={update.isBusy}
                  aria-label={`Make default: ${displayName}`}
                  onClick={async () => {
                    if (await update.run({ id, input: { isDefault: true } })) onChange();
                  }}
                >
                  Make default
                </button>
              )}
            </li>
          ),
        )}
      </ul>
    </>
  );
}

function ClassRows({
  classes,
  onChange,
}: {
  classes: Settings['workerResourceClasses'];
  onChange: () => void;
}) {
  const update = useAction(UpdateClassDocument);
  return (
    <>
      <FaultMessage fault={update.fault} />
      <ul className="rows panel">
        {classes.map(({ id, name, cpuLimit, memoryMb, workspaceStorageMb, isDefault, isEnabled }) => (
          <li key={id}>
            <span className="grow">
              <strong>{name}</strong>{' '}
              <span className="hint">
                {cpuLimit} cores · {memoryMb} MiB of memory · {workspaceStorageMb} MiB of storage
              </span>
            </span>
            {isDefault && <StatusBadge status="default" />}
            <label className="check">
              <input
                type="checkbox"
                checked={isEnabled}
                disabled={update.isBusy}
                onChange={async (event) => {
                  if (await update.run({ id, input: { isEnabled: event.target.checked } })) onChange();
                }}
              />
              enabled
            </label>
          </li>
        ))}
      </ul>
    </>
  );
}
