import { useQuery } from 'urql';
import { type FoundFilesFragment, SearchFilesDocument } from '../../generated/shell.js';
import { faultOf } from '../api/api-error.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { Others } from '../components/others.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';

type Hit = FoundFilesFragment['nodes'][number];

/** The files of a branch that have a text in their names, and the lines and cells that have it. */
export function SearchResults({
  slug,
  workspaceId,
  branch,
  q,
}: {
  slug: string;
  workspaceId: string;
  branch: string;
  q: string;
}) {
  const [{ data, error, fetching }] = useQuery({
    query: SearchFilesDocument,
    variables: { slug, id: workspaceId, ref: branch, q },
    requestPolicy: 'network-only',
  });
  if (error) return <FaultMessage fault={faultOf(error)} />;
  if (!data || fetching) return <Loading what="what was found" />;
  const { names, lines } = data.space.workspace;
  const total = names.totalCount + lines.totalCount;
  const to = (path: string) => addressOf.anyFile({ slug, workspaceId, path, branch });
  return (
    <>
      <p className="hint" role="status">
        {total === 0 ? `Nothing has “${q}”.` : `Found “${q}” ${total} ${total === 1 ? 'time' : 'times'}.`}
      </p>
      <HitList title="Names" found={names} to={to} />
      <HitList title="Contents" found={lines} to={to} />
    </>
  );
}

function HitList({
  title,
  found: { nodes, totalCount, isIncomplete },
  to,
}: {
  title: string;
  found: FoundFilesFragment;
  to: (path: string) => string;
}) {
  if (nodes.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="rows panel found" aria-label={title}>
        {nodes.map((hit) => (
          <li key={keyOf(hit)}>
            <Link to={to(hit.path)}>{hit.line === null ? <Snippet hit={hit} /> : hit.path}</Link>
            {hit.line !== null && (
              <>
                <span className="hint">{positionOf(hit)}</span>
                <code>
                  <Snippet hit={hit} />
                </code>
              </>
            )}
          </li>
        ))}
      </ul>
      <Others total={totalCount} shown={nodes.length} />
      {isIncomplete && <p className="hint">There may be more: the search reached a limit.</p>}
    </>
  );
}

const keyOf = ({ path, line, cell, matchStart }: Hit) =>
  [path, cell?.index, cell?.part, line, matchStart].join(' ');

function positionOf({ line, cell }: Hit): string {
  if (!cell) return `line ${line}`;
  return `cell ${cell.index + 1}${cell.part === 'output' ? ', output' : ''}, line ${line}`;
}

function Snippet({ hit: { snippet, matchStart, matchLength } }: { hit: Hit }) {
  const end = matchStart + matchLength;
  return (
    <>
      {snippet.slice(0, matchStart)}
      <mark>{snippet.slice(matchStart, end)}</mark>
      {snippet.slice(end)}
    </>
  );
}
