import { useId } from 'react';
import type { AccessLevel } from '../../generated/shell.js';
import { LevelSelect } from './level-select.js';
import type { GrantRow, PrincipalKey } from './sharing-draft.js';
import type { Principals } from './use-principals.js';

/** The owner, and the people and teams with a grant. What is not saved yet has a sign. */
export function GrantList({
  rows,
  owner,
  known,
  nameOf,
  isInEffect,
  onChange,
}: {
  rows: GrantRow[];
  owner: { name: string };
  known: Principals;
  nameOf: (key: PrincipalKey) => string;
  /** Whether the visibility lets grants count. */
  isInEffect: boolean;
  /** @param level null to remove the grant */
  onChange: (key: PrincipalKey, level: AccessLevel | null) => void;
}) {
  const id = useId();
  return (
    <>
      <h3 id={id}>People and teams</h3>
      {!isInEffect && rows.length > 0 && (
        <p className="notice">
          These levels are kept, and count only while the workspace is visible to the people and teams below.
        </p>
      )}
      <ul className="rows" aria-labelledby={id}>
        <li>
          <span className="grow">
            <strong>{owner.name}</strong>
          </span>
          <span className="hint">owner</span>
        </li>
        {rows.map((row) => (
          <GrantRowView
            key={row.key}
            row={row}
            name={nameOf(row.key)}
            detail={known.get(row.key)?.detail}
            onChange={(level) => onChange(row.key, level)}
          />
        ))}
      </ul>
      <p className="hint">Who can manage it can also edit, share and archive it.</p>
    </>
  );
}

function GrantRowView({
  row: { before, after },
  name,
  detail,
  onChange,
}: {
  row: GrantRow;
  name: string;
  detail: string | undefined;
  onChange: (level: AccessLevel | null) => void;
}) {
  const isRemoved = after === null;
  return (
    <li>
      <span className="grow">
        <strong className={isRemoved ? 'removed' : undefined}>{name}</strong>{' '}
        <span className="hint">{detail}</span> <ChangeBadge before={before} after={after} />
      </span>
      <LevelSelect
        aria-label={`Level of ${name}`}
        value={after ?? before}
        disabled={isRemoved}
        onChange={(event) => onChange(event.target.value as AccessLevel)}
      />
      {/* The same button, so that the focus stays on it. */}
      <button
        type="button"
        className={isRemoved ? 'quiet' : 'quiet danger'}
        aria-label={`${isRemoved ? 'Keep' : 'Remove'} ${name}`}
        onClick={() => onChange(isRemoved ? before! : null)}
      >
        {isRemoved ? 'Keep' : 'Remove'}
      </button>
    </li>
  );
}

function ChangeBadge({ before, after }: Pick<GrantRow, 'before' | 'after'>) {
  if (before === after) return null;
  const text = before === undefined ? 'new' : after === null ? 'to be removed' : 'changed';
  return <span className="badge badge-busy">{text}</span>;
}
