import { type FormEvent, useState } from 'react';
import type { AccessLevel } from '../../generated/shell.js';
import { FaultMessage } from '../components/fault-message.js';
import { Field } from '../components/field.js';
import { formValues } from '../components/form-values.js';
import { LevelSelect } from './level-select.js';
import type { PrincipalKey } from './sharing-draft.js';
import type { Candidates } from './use-candidates.js';

/** Finds a member or a team by its name and adds it to those with a grant. */
export function AddGrant({
  candidates: { search, setSearch, found, more, isLoading, fault, retry },
  onAdd,
}: {
  candidates: Candidates;
  onAdd: (key: PrincipalKey, level: AccessLevel) => void;
}) {
  const [added, setAdded] = useState<string | null>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    const { key, level } = formValues(event);
    const chosen = found.find((one) => one.key === key);
    if (!chosen) return;
    onAdd(chosen.key, level as AccessLevel);
    setAdded(chosen.name);
    setSearch('');
  };
  return (
    <form className="add-grant" onSubmit={submit}>
      <Field label="Find a member or team" hint="A part of the name or e-mail address.">
        {(field) => (
          <input
            {...field}
            type="search"
            maxLength={200}
            autoComplete="off"
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
              setAdded(null);
            }}
          />
        )}
      </Field>
      <p className="hint" role="status">
        {!fault && statusOf({ added, search, isLoading, count: found.length, isCut: more !== undefined })}
      </p>
      <FaultMessage fault={fault} />
      {fault && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
      {found.length > 0 && (
        <div className="add-grant-choice">
          <Field label="Member or team">
            {(field) => (
              <select {...field} name="key">
                {found.map(({ key, name, detail }) => (
                  <option key={key} value={key}>
                    {name} ({detail})
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Level">
            {(field) => <LevelSelect {...field} name="level" defaultValue="view" />}
          </Field>
          <button type="submit">Add</button>
          {more && (
            <button type="button" className="quiet" onClick={more}>
              Find more
            </button>
          )}
        </div>
      )}
    </form>
  );
}

/** What screen readers say about the search. */
function statusOf({
  added,
  search,
  isLoading,
  count,
  isCut,
}: {
  added: string | null;
  search: string;
  isLoading: boolean;
  count: number;
  isCut: boolean;
}): string {
  if (added !== null) return `${added} is added above and not saved yet.`;
  if (isLoading) return 'Looking for members and teams…';
  if (count === 0 && search.trim() === '') return 'All members and teams are in the list above.';
  if (count === 0) return 'No other member or team has this in its name.';
  return isCut ? `The first ${count} can be chosen.` : `${count} can be chosen.`;
}
