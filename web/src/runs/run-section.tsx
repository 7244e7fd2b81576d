import { useState } from 'react';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { RelativeTime } from '../components/relative-time.js';
import { ScrollText } from '../components/scroll-text.js';
import { Section } from '../components/section.js';
import { StatusBadge } from '../components/status-badge.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import { useNames } from '../space/use-names.js';
import { isEnded, type Run } from './run-list.js';
import { RunOutput } from './run-output.js';
import type { RecentRuns } from './use-runs.js';
import './runs.css';

const pageSize = 12;

/** The newest runs of cells, those of others too, with their output while they run. */
export function RunSection({ slug, runs, isLoading, fault }: { slug: string } & RecentRuns) {
  const nameOf = useNames(slug);
  const [limit, setLimit] = useState(pageSize);
  return (
    <Section title="Runs" count={isLoading ? undefined : runs.length}>
      <FaultMessage fault={fault} />
      {isLoading && <Loading what="runs" />}
      {!isLoading && runs.length === 0 && (
        <p className="empty">No cell has run yet. Runs of everybody appear here.</p>
      )}
      {runs.length > 0 && (
        <ul className="rows panel">
          {runs.slice(0, limit).map((run) => (
            <RunRow key={run.id} slug={slug} run={run} userName={nameOf(run.userId)} />
          ))}
        </ul>
      )}
      {runs.length > limit && (
        <button type="button" className="more" onClick={() => setLimit(limit + pageSize)}>
          Show more
        </button>
      )}
    </Section>
  );
}

function RunRow({ slug, run, userName }: { slug: string; run: Run; userName: string }) {
  // What runs is open by itself, and stays open at its end.
  const [wasOpened, setOpened] = useState(!isEnded(run.status));
  const firstLine = (run.code ?? '').trim().split('\n', 1)[0] || 'A cell without code';
  const { workspaceId, path, branch } = run;
  return (
    <li className="run">
      <details open={wasOpened} onToggle={(event) => setOpened(event.currentTarget.open)}>
        <summary>
          <StatusBadge status={run.status} />
          <code className="grow">{run.code === null ? '…' : firstLine}</code>
        </summary>
        {run.code !== null && run.code.trim() !== firstLine && <ScrollText text={run.code} />}
        {wasOpened && <RunOutput executionId={run.id} />}
      </details>
      <p className="hint">
        {userName} · <RelativeTime time={run.createdAt} />
        {path && (
          <>
            {' · '}
            <Link to={addressOf.anyFile({ slug, workspaceId, path, branch: branch ?? undefined })}>
              {path}
            </Link>
          </>
        )}
      </p>
    </li>
  );
}
