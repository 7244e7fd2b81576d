import { Loading } from '../components/loading.js';
import { RelativeTime } from '../components/relative-time.js';
import { Section } from '../components/section.js';
import { Link } from '../router/link.js';
import type { Problem } from './problem-list.js';

/** The recent errors of a space. A screen reader hears when their number changes. */
export function ProblemSection({ problems, isLoading }: { problems: Problem[]; isLoading: boolean }) {
  return (
    <Section title="Recent errors" count={isLoading ? undefined : problems.length}>
      <p className="visually-hidden" role="status">
        {problems.length === 0 ? '' : `${problems.length} recent errors`}
      </p>
      {isLoading && problems.length === 0 && <Loading what="errors" />}
      {!isLoading && problems.length === 0 && <p className="empty">Nothing has failed lately.</p>}
      {problems.length > 0 && (
        <ul className="rows panel">
          {problems.map(({ id, what, detail, at, to }) => (
            <li key={id}>
              <span className="grow">
                <strong>{to ? <Link to={to}>{what}</Link> : what}</strong>
                <br />
                {detail}
              </span>
              {at && (
                <span className="hint">
                  <RelativeTime time={at} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
