import type { FormEvent } from 'react';
import { RemoveRemoteDocument, SetRemoteDocument } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { formValues } from '../components/form-values.js';

interface RemoteSettings {
  url: string;
  username: string | null;
  hasSecret: boolean;
  pushAfterSave: boolean;
  fetchIntervalSeconds: number | null;
}

/** Asks for the remote that a repository mirrors, or removes it. */
export function RemoteDialog({
  slug,
  repository: { id, name, remote },
  onClose,
  onChange,
}: {
  slug: string;
  repository: { id: string; name: string; remote: RemoteSettings | null };
  onClose: () => void;
  onChange: () => void;
}) {
  const set = useAction(SetRemoteDocument);
  const remove = useAction(RemoveRemoteDocument);
  const target = { spaceSlug: slug, repositoryId: id };
  const done = () => {
    onChange();
    onClose();
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    const { url = '', username, secret, forgets, pushes, seconds, removes } = formValues(event);
    if (removes === 'on') {
      if (await remove.run(target)) done();
      return;
    }
    const access = { ...(username ? { username } : {}), ...secretOf(secret, forgets) };
    const fetchIntervalSeconds = seconds ? Number(seconds) : null;
    const input = { url, ...access, fetchIntervalSeconds, pushAfterSave: pushes === 'on' };
    if (await set.run({ ...target, input })) done();
  };
  return (
    <Dialog title={`Remote of ${name}`} onClose={onClose}>
      <form onSubmit={submit}>
        <RemoteFields remote={remote} />
        {remote && (
          <label className="check danger">
            <input type="checkbox" name="removes" /> Remove the remote: nothing is fetched or pushed any more
          </label>
        )}
        <FormFooter
          fault={set.fault ?? remove.fault}
          isBusy={set.isBusy || remove.isBusy}
          submit="Save"
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}

function RemoteFields({ remote }: { remote: RemoteSettings | null }) {
  return (
    <>
      <Field label="Address" hint="https:// or http://">
        {(field) => (
          <input {...field} name="url" type="url" required maxLength={2_000} defaultValue={remote?.url} />
        )}
      </Field>
      <Field label="User name">
        {(field) => (
          <input
            {...field}
            name="username"
            maxLength={200}
            defaultValue={remote?.username ?? ''}
            autoComplete="off"
          />
        )}
      </Field>
      <Field label="Password or token" hint="It is stored encrypted and never shown.">
        {(field) => <input {...field} name="secret" type="password" maxLength={4_096} autoComplete="off" />}
      </Field>
      {remote?.hasSecret && (
        <label className="check">
          <input type="checkbox" name="forgets" /> Forget the password that is stored
        </label>
      )}
      <Field label="Fetch every so many seconds" hint="Left out: only when somebody asks for it.">
        {(field) => (
          <input
            {...field}
            name="seconds"
            type="number"
            min={60}
            defaultValue={remote?.fetchIntervalSeconds ?? ''}
          />
        )}
      </Field>
      <label className="check">
        <input type="checkbox" name="pushes" defaultChecked={remote?.pushAfterSave} /> Push after each save
      </label>
    </>
  );
}

/** A new secret, none in place of the one that is stored, or that one. */
function secretOf(secret: string | undefined, forgets: string | undefined): { secret?: string | null } {
  if (secret) return { secret };
  return forgets === 'on' ? { secret: null } : {};
}
