import type { SpaceOverviewQuery } from '../../generated/shell.js';
import { Others } from '../components/others.js';
import { RelativeTime } from '../components/relative-time.js';
import { Section } from '../components/section.js';
import { StatusBadge } from '../components/status-badge.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';

/** The Git repositories of a space, with the state of their remotes. */
export function RepositorySection({
  slug,
  repositories,
  total,
}: {
  slug: string;
  /** How many there are; at most 100 are shown. */
  total: number;
  repositories: SpaceOverviewQuery['space']['repositories']['nodes'];
}) {
  return (
    <Section title="Repositories" count={total}>
      {repositories.length === 0 && <p className="empty">There is no repository that you can see.</p>}
      {repositories.length > 0 && (
        <ul className="rows panel">
          {repositories.map(({ id, name, kind, defaultBranch, visibleWorkspaceId, remote }) => (
            <li key={id}>
              <span className="grow">
                <strong>
                  {visibleWorkspaceId ? (
                    <Link to={addressOf.workspace(slug, visibleWorkspaceId)}>{name}</Link>
                  ) : (
                    name
                  )}
                </strong>
                <span className="hint">
                  {' '}
                  {kind} · <code>{defaultBranch}</code>
                </span>
              </span>
              {remote && <StatusBadge status={remote.syncStatus} />}
              {remote?.lastSyncedAt && (
                <span className="hint">
                  <RelativeTime time={remote.lastSyncedAt} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <Others total={total} shown={repositories.length} />
    </Section>
  );
}
