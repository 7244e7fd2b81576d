import { useEffect, useState } from 'react';
import { type ManagedTeamsQuery, TeamMembersDocument } from '../../../generated/shell.js';
import { FaultMessage } from '../../components/fault-message.js';
import { ShowMore } from '../../paging/show-more.js';
import { usePages } from '../../paging/use-pages.js';

/** A team with its first members. */
export type TeamRow = ManagedTeamsQuery['space']['teams']['edges'][number]['node'];

/** The members of a team: those that came with the team, and all by pages when somebody asks for more. */
export function TeamMembers({
  slug,
  team,
  before,
  isBusy,
  onRemove,
}: {
  slug: string;
  team: TeamRow;
  /** The cursor of the team before it; null for the first one. */
  before: string | null;
  isBusy: boolean;
  /** @returns whether it worked */
  onRemove: (userId: string) => Promise<boolean>;
}) {
  const [isLong, setLong] = useState(false);
  const pages = usePages(TeamMembersDocument, isLong ? { slug, before } : null, ({ space }) => {
    return space.teams.nodes.find(({ id }) => id === team.id)?.members;
  });
  const { nodes, totalCount: total } = team.members;
  const first = { rows: nodes, total, hasMore: total > nodes.length, more: () => setLong(true) };
  const shown = pages.rows ? { ...pages, rows: pages.rows } : first;
  // The team is another object when it was read again, and may have other members then.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the team is what is waited for.
  useEffect(() => pages.soon(), [pages.soon, team]);
  return (
    <>
      <FaultMessage fault={pages.fault} />
      <ul className="rows" aria-label={`Members of ${team.name}`}>
        {shown.rows.map(({ id, name }) => (
          <li key={id}>
            <span className="grow">{name}</span>
            <button
              type="button"
              className="quiet link"
              aria-label={`Remove ${name} from ${team.name}`}
              disabled={isBusy}
              onClick={async () => {
                if (await onRemove(id)) pages.reload();
              }}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <ShowMore pages={shown} what={`members of ${team.name}`} />
    </>
  );
}
