import { useState } from 'react';
import {
  CreatePersonDocument,
  PeopleDocument,
  type PeopleQuery,
  type PersonRowFragment,
  UpdatePersonDocument,
} from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { Dialog } from '../components/dialog.js';
import { FaultMessage } from '../components/fault-message.js';
import { Field } from '../components/field.js';
import { FormFooter } from '../components/form-footer.js';
import { formValues } from '../components/form-values.js';
import { Loading } from '../components/loading.js';
import { Section } from '../components/section.js';
import { ShowMore } from '../paging/show-more.js';
import { usePages } from '../paging/use-pages.js';
import { useRefresh } from '../paging/use-refresh.js';
import { CreateTokenDialog } from './create-token-dialog.js';
import { NewTokenNote } from './new-token-note.js';
import { UserTokensDialog } from './user-tokens-dialog.js';

const peopleOf = ({ users }: PeopleQuery) => users;

/** All users of the gateway: searched, created, given tokens. */
export function PeopleSection() {
  const [search, setSearch] = useState('');
  const people = usePages(PeopleDocument, { search: search === '' ? null : search }, peopleOf);
  useRefresh(people.soon);
  const [isCreating, setCreating] = useState(false);
  return (
    <Section
      title="People"
      count={people.total}
      actions={
        <button type="button" className="primary" onClick={() => setCreating(true)}>
          New user
        </button>
      }
    >
      <Field label="Search by name or e-mail address">
        {(field) => (
          <input
            {...field}
            type="search"
            value={search}
            maxLength={200}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </Field>
      <br />
      <FaultMessage fault={people.fault} />
      {people.isLoading && <Loading what="people" />}
      <ul className="rows panel">
        {people.rows?.map((person) => (
          <PersonRowView key={person.id} person={person} onChange={people.reload} />
        ))}
      </ul>
      <ShowMore pages={people} what="people" />
      {isCreating && <CreatePersonDialog onClose={() => setCreating(false)} onCreated={people.reload} />}
    </Section>
  );
}

function PersonRowView({ person, onChange }: { person: PersonRowFragment; onChange: () => void }) {
  const { id, name, email, isPlatformAdmin } = person;
  const update = useAction(UpdatePersonDocument);
  const [dialog, setDialog] = useState<'create' | 'tokens' | null>(null);
  const [created, setCreated] = useState<string | null>(null);
  const close = () => setDialog(null);
  return (
    <li>
      <span className="grow">
        <strong>{name}</strong> <span className="hint">{email}</span>
      </span>
      <label className="check">
        <input
          type="checkbox"
          checked={isPlatformAdmin}
          disabled={update.isBusy}
          onChange={async (event) => {
            if (await update.run({ id, input: { isPlatformAdmin: event.target.checked } })) onChange();
          }}
        />
        platform admin
      </label>
      <button type="button" aria-label={`Tokens of ${name}`} onClick={() => setDialog('tokens')}>
        Tokens
      </button>
      <button type="button" aria-label={`New token for ${name}`} onClick={() => setDialog('create')}>
        New token
      </button>
      <FaultMessage fault={update.fault} />
      {created && <NewTokenNote token={created} />}
      {dialog === 'tokens' && <UserTokensDialog user={person} onClose={close} />}
      {dialog === 'create' && (
        <CreateTokenDialog
          user={person}
          onClose={close}
          onCreated={(token) => {
            setCreated(token);
            close();
          }}
        />
      )}
    </li>
  );
}

function CreatePersonDialog({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const create = useAction(CreatePersonDocument);
  return (
    <Dialog title="New user" onClose={onClose}>
      <form
        onSubmit={async (event) => {
          const { name = '', email = '' } = formValues(event);
          if (!(await create.run({ input: { name, email } }))) return;
          onCreated();
          onClose();
        }}
      >
        <Field label="Name">{(field) => <input {...field} name="name" required maxLength={200} />}</Field>
        <Field label="E-mail address">
          {(field) => <input {...field} name="email" type="email" required maxLength={254} />}
        </Field>
        <p className="hint">Then create a token for them, and make them a member of a space.</p>
        <FormFooter {...create} submit="Create" onClose={onClose} />
      </form>
    </Dialog>
  );
}
