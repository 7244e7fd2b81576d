import type { FormEvent } from 'react';
import { CreateTokenDocument, type TokenScope } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';

const scopes: { scope: TokenScope; allows: string }[] = [
  { scope: 'read', allows: 'read and watch' },
  { scope: 'write', allows: 'save files, change workspaces' },
  { scope: 'execute', allows: 'run cells' },
  { scope: 'admin', allows: 'administration' },
];
const dayMs = 86_400_000;

/** Asks for the name, the scopes and the end of a new API token. */
export function CreateTokenDialog({
  user,
  onClose,
  onCreated,
}: {
  /** Whose it will be; default the signed-in user. */
  user?: { id: string; name: string };
  onClose: () => void;
  onCreated: (token: string) => void;
}) {
  const create = useAction(CreateTokenDocument);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const days = Number(form.get('days'));
    const data = await create.run({
      input: {
        userId: user?.id,
        name: String(form.get('name')).trim(),
        scopes: form.getAll('scopes') as TokenScope[],
        expiresAt: days > 0 ? new Date(Date.now() + days * dayMs).toISOString() : null,
      },
    });
    if (data) onCreated(data.createApiToken.token);
  };
  return (
    <Dialog title={user ? `New token for ${user.name}` : 'New token'} onClose={onClose}>
      <form onSubmit={submit}>
        <Field label="Name" hint="What uses it, e.g. laptop.">
          {(field) => <input {...field} name="name" required maxLength={200} autoComplete="off" />}
        </Field>
        <fieldset>
          <legend>It may</legend>
          {scopes.map(({ scope, allows }) => (
            <label key={scope} className="check">
              <input type="checkbox" name="scopes" value={scope} defaultChecked={scope !== 'admin'} />{' '}
              {allows}
            </label>
          ))}
        </fieldset>
        <Field label="Valid for">
          {(field) => (
            <select {...field} name="days" defaultValue="90">
              <option value="7">7 days</option>
              <option value="90">90 days</option>
              <option value="365">a year</option>
              <option value="0">as long as it is not revoked</option>
            </select>
          )}
        </Field>
        <FormFooter {...create} submit="Create" onClose={onClose} />
      </form>
    </Dialog>
  );
}
