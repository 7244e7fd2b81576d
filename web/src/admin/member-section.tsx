import { type FormEvent, useState } from 'react';
import { useQuery } from 'urql';
import {
  type ManagedMembersQuery,
  PeopleDocument,
  RemoveMemberDocument,
  SetMemberDocument,
  type SpaceRole,
} from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { ConfirmButton } from '../components/confirm-button.js';
import { FaultMessage } from '../components/fault-message.js';
import { Field } from '../components/field.js';
import { formValues } from '../components/form-values.js';
import { Loading } from '../components/loading.js';
import { Section } from '../components/section.js';
import { ShowMore } from '../paging/show-more.js';
import type { Pages } from '../paging/use-pages.js';

/** A member of a space. */
export type MemberRow = ManagedMembersQuery['space']['members']['nodes'][number];

const roles: SpaceRole[] = ['admin', 'editor', 'viewer'];

/** The members of a space with their roles. */
export function MemberSection({
  slug,
  members,
  search,
  onSearch,
  onChange,
}: {
  slug: string;
  members: Pages<MemberRow>;
  /** What the shown members have in the name or e-mail address; empty for all members. */
  search: string;
  onSearch: (search: string) => void;
  onChange: () => void;
}) {
  const set = useAction(SetMemberDocument);
  const remove = useAction(RemoveMemberDocument);
  return (
    <Section title="Members" count={members.total}>
      <AddMember slug={slug} members={members} isSearching={search !== ''} onChange={onChange} />
      <Field label="Search the members" hint="A part of the name or e-mail address.">
        {(field) => (
          <input
            {...field}
            type="search"
            maxLength={200}
            autoComplete="off"
            value={search}
            onChange={(event) => onSearch(event.target.value)}
          />
        )}
      </Field>
      <FaultMessage fault={members.fault ?? set.fault} />
      {members.isLoading && <Loading what="members" />}
      {search !== '' && members.rows?.length === 0 && <p className="empty">No member has this name.</p>}
      <ul className="rows panel">
        {members.rows?.map(({ userId, role, user }) => (
          <li key={userId}>
            <span className="grow">
              <strong>{user.name}</strong> <span className="hint">{user.email}</span>
            </span>
            <select
              aria-label={`Role of ${user.name}`}
              value={role}
              disabled={set.isBusy}
              onChange={async (event) => {
                const variables = { spaceSlug: slug, userId, role: event.target.value as SpaceRole };
                if (await set.run(variables)) onChange();
              }}
            >
              {roles.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
            <ConfirmButton
              label="Remove"
              name={`Remove ${user.name}`}
              title={`Remove ${user.name} from the space?`}
              {...remove}
              onConfirm={async () => {
                const isRemoved = (await remove.run({ spaceSlug: slug, userId })) !== undefined;
                if (isRemoved) onChange();
                return isRemoved;
              }}
            >
              <p>They lose access to everything in it, their teams and what was shared with them.</p>
            </ConfirmButton>
          </li>
        ))}
      </ul>
      <ShowMore pages={members} what="members" />
    </Section>
  );
}

function AddMember({
  slug,
  members: { rows = [], hasMore },
  isSearching,
  onChange,
}: {
  slug: string;
  members: Pages<MemberRow>;
  /** Whether only some of the members are shown, by their names. */
  isSearching: boolean;
  onChange: () => void;
}) {
  const [search, setSearch] = useState('');
  const [{ data }] = useQuery({
    query: PeopleDocument,
    variables: { search },
    pause: search.trim().length < 2,
  });
  const set = useAction(SetMemberDocument);
  const known = new Set(rows.map(({ userId }) => userId));
  const found = search.trim().length < 2 ? [] : (data?.users.nodes ?? []).filter(({ id }) => !known.has(id));
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    const { userId = '', role } = formValues(event);
    if (!userId || !(await set.run({ spaceSlug: slug, userId, role: role as SpaceRole }))) return;
    setSearch('');
    onChange();
  };
  return (
    <form className="inline-form" onSubmit={submit}>
      <Field label="Add a person" hint="Type two letters of the name or e-mail address.">
        {(field) => (
          <input
            {...field}
            type="search"
            maxLength={200}
            autoComplete="off"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </Field>
      {found.length > 0 && (
        <>
          <Field
            label="Person"
            hint={data?.users.pageInfo.hasNextPage ? 'More people match; type more letters.' : undefined}
          >
            {(field) => (
              <select {...field} name="userId">
                {found.map(({ id, name, email }) => (
                  <option key={id} value={id}>
                    {name} ({email})
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field
            label="Role"
            hint={hasMore || isSearching ? 'Who is a member already gets this role.' : undefined}
          >
            {(field) => (
              <select {...field} name="role" defaultValue="editor">
                {roles.map((role) => (
                  <option key={role}>{role}</option>
                ))}
              </select>
            )}
          </Field>
          <button type="submit" className="primary" disabled={set.isBusy}>
            Add
          </button>
        </>
      )}
      <FaultMessage fault={set.fault} />
    </form>
  );
}
