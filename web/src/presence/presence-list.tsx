import type { PresenceRow } from './use-presence.js';
import './presence.css';

const maxShown = 5;

/** Who is here, each person once, with the file that they have open. */
export function PresenceList({ rows }: { rows: PresenceRow[] }) {
  const people = new Map<string, { name: string; paths: string[] }>();
  for (const { user, path } of rows) {
    const person = people.get(user.id) ?? { name: user.name, paths: [] };
    if (path !== null) person.paths.push(path);
    people.set(user.id, person);
  }
  if (people.size === 0) return null;
  const shown = [...people].slice(0, maxShown);
  return (
    <ul className="presence" aria-label="Here now">
      {shown.map(([id, { name, paths }]) => (
        <li key={id} title={paths.length > 0 ? `${name}: ${paths.join(', ')}` : name}>
          {name}
        </li>
      ))}
      {people.size > maxShown && <li>and {people.size - maxShown} others</li>}
    </ul>
  );
}
