import { CreateSpaceDocument, SetMemberDocument } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { Dialog } from '../components/dialog.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { formValues } from '../components/form-values.js';
import { navigate } from '../router/router.js';
import { addressOf } from '../router/routes.js';

/** Asks a platform admin for a new space, and makes them its admin. */
export function CreateSpaceDialog({ userId, onClose }: { userId: string; onClose: () => void }) {
  const create = useAction(CreateSpaceDocument);
  const join = useAction(SetMemberDocument);
  return (
    <Dialog title="New space" onClose={onClose}>
      <form
        onSubmit={async (event) => {
          const { name = '', slug = '' } = formValues(event);
          if (!(await create.run({ input: { name, slug } }))) return;
          if (await join.run({ spaceSlug: slug, userId, role: 'admin' })) navigate(addressOf.space(slug));
        }}
      >
        <Field label="Name">{(field) => <input {...field} name="name" required maxLength={200} />}</Field>
        <Field label="Slug" hint="Its name in addresses: lower-case letters, digits and hyphens.">
          {(field) => (
            <input
              {...field}
              name="slug"
              required
              maxLength={63}
              pattern="[a-z0-9][a-z0-9\-]*"
              autoComplete="off"
            />
          )}
        </Field>
        <FormFooter
          fault={create.fault ?? join.fault}
          isBusy={create.isBusy || join.isBusy}
          submit="Create"
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}
