import type { FoundHitFragment } from '../../generated/shell.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import './search.css';

/** What a search found in one workspace: each row leads to the line in its file. */
export function HitRows({
  hits,
  slug,
  branch,
  label,
}: {
  hits: readonly FoundHitFragment[];
  slug: string;
  /** Default the workspace's branch. */
  branch?: string;
  /** The name of the list for screen readers. */
  label: string;
}) {
  return (
    <ul className="rows panel found" aria-label={label}>
      {hits.map((hit) => (
        <li key={keyOf(hit)}>
          <Link to={addressOfHit(hit, slug, branch)}>
            {hit.line === null ? <Snippet hit={hit} /> : hit.path}
          </Link>
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
  );
}

const keyOf = ({ path, line, cell, matchStart }: FoundHitFragment) =>
  [path, cell?.index, cell?.part, line, matchStart].join(' ');

/** The page of the file, at the line. The lines of an output are not counted there: it is shown with its cell. */
function addressOfHit(
  { workspaceId, path, line, cell }: FoundHitFragment,
  slug: string,
  branch?: string,
): string {
  return addressOf.anyFile({
    ...{ slug, workspaceId, path },
    ...(branch === undefined ? {} : { branch }),
    ...(cell ? { cell: cell.index + 1 } : {}),
    ...(line === null || cell?.part === 'output' ? {} : { line }),
  });
}

function positionOf({ line, cell }: FoundHitFragment): string {
  if (!cell) return `line ${line}`;
  return `cell ${cell.index + 1}${cell.part === 'output' ? ', output' : ''}, line ${line}`;
}

function Snippet({ hit: { snippet, matchStart, matchLength } }: { hit: FoundHitFragment }) {
  const end = matchStart + matchLength;
  return (
    <>
      {snippet.slice(0, matchStart)}
      <mark>{snippet.slice(matchStart, end)}</mark>
      {snippet.slice(end)}
    </>
  );
}
