import { useState } from 'react';

/** This many members of one object or list are shown. */
const maxMembers = 200;

/** A JSON value as a tree. Branches are opened one by one. */
export function JsonTree({ value, name }: { value: unknown; name?: string }) {
  return (
    <div className="json-tree">
      <JsonNode value={value} name={name} isOpen />
    </div>
  );
}

function JsonNode({
  value,
  name,
  isOpen = false,
}: {
  value: unknown;
  name: string | undefined;
  isOpen?: boolean;
}) {
  const [wasOpened, setOpened] = useState(isOpen);
  const label = name === undefined ? null : <span className="json-name">{name}: </span>;
  if (typeof value !== 'object' || value === null)
    return (
      <div className="json-leaf">
        {label}
        <span className={`json-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</span>
      </div>
    );
  const entries = Object.entries(value);
  const brackets = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details open={isOpen} onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>
        {label}
        <span className="json-size">{brackets}</span>
      </summary>
      {wasOpened &&
        entries.slice(0, maxMembers).map(([key, one]) => <JsonNode key={key} name={key} value={one} />)}
      {wasOpened && entries.length > maxMembers && <p className="hint">{entries.length - maxMembers} more</p>}
    </details>
  );
}
