import type { FormEvent } from 'react';
import {
  CreateServerDocument,
  type ServerRowFragment,
  UpdateServerDocument,
} from '../../../generated/shell.js';
import { useAction } from '../../api/use-action.js';
import { Dialog } from '../../components/dialog.js';
import { Field } from '../../components/field.js';
import { FormFooter } from '../../components/form-footer.js';
import { formValues } from '../../components/form-values.js';

/** Asks where a Jupyter server is and how many workers may use it: of a new one, or of one to change. */
export function ServerDialog({
  server,
  onClose,
  onSaved,
}: {
  /** Left out for a new one. */
  server?: ServerRowFragment;
  onClose: () => void;
  onSaved: () => void;
}) {
  const create = useAction(CreateServerDocument);
  const update = useAction(UpdateServerDocument);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    const { name = '', baseUrl = '', token, forgets, workers } = formValues(event);
    const capacity = workers ? Number(workers) : null;
    const input = { name, baseUrl, capacity, ...tokenOf(token, forgets) };
    const saved = server ? await update.run({ id: server.id, input }) : await create.run({ input });
    if (!saved) return;
    onSaved();
    onClose();
  };
  return (
    <Dialog title={server ? `Change ${server.name}` : 'Register a Jupyter server'} onClose={onClose}>
      <form onSubmit={submit}>
        <ServerFields server={server} />
        <FormFooter
          fault={create.fault ?? update.fault}
          isBusy={create.isBusy || update.isBusy}
          submit={server ? 'Save' : 'Register'}
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}

function ServerFields({ server }: { server: ServerRowFragment | undefined }) {
  return (
    <>
      <Field label="Name" hint="Lower-case letters, digits and hyphens.">
        {(field) => (
          <input
            {...field}
            name="name"
            required
            maxLength={63}
            defaultValue={server?.name}
            autoComplete="off"
          />
        )}
      </Field>
      <Field label="Address" hint="The URL below which its REST API is, e.g. https://jupyter.example.com/">
        {(field) => (
          <input
            {...field}
            name="baseUrl"
            type="url"
            required
            maxLength={2_000}
            defaultValue={server?.baseUrl}
          />
        )}
      </Field>
      <Field label="Token" hint={tokenHint(server)}>
        {(field) => <input {...field} name="token" type="password" maxLength={4_096} autoComplete="off" />}
      </Field>
      {server?.hasToken && (
        <label className="check">
          <input type="checkbox" name="forgets" /> Forget the token that is stored
        </label>
      )}
      <Field label="Maximum of live workers" hint="Left out: no limit.">
        {(field) => (
          <input
            {...field}
            name="workers"
            type="number"
            min={1}
            max={100_000}
            defaultValue={server?.capacity ?? ''}
          />
        )}
      </Field>
    </>
  );
}

function tokenHint(server: ServerRowFragment | undefined): string {
  const kept = 'It is stored encrypted and never shown.';
  return server?.hasToken
    ? `${kept} Left out: the one that is stored stays, for the same host and port.`
    : kept;
}

/** A new token, none in place of the one that is stored, or that one. */
function tokenOf(token: string | undefined, forgets: string | undefined): { token?: string | null } {
  if (token) return { token };
  return forgets === 'on' ? { token: null } : {};
}
