import { useQuery } from 'urql';
import { type FoundFilesFragment, SearchFilesDocument } from '../../generated/shell.js';
import { faultOf } from '../api/api-error.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { Others } from '../components/others.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import { HitRows } from '../search/hit-rows.js';

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
  const at = { slug, branch };
  return (
    <>
      <p className="hint" role="status">
        {total === 0 ? `Nothing has “${q}”.` : `Found “${q}” ${total} ${total === 1 ? 'time' : 'times'}.`}
      </p>
      <HitList title="Names" found={names} {...at} />
      <HitList title="Contents" found={lines} {...at} />
      <p>
        <Link to={addressOf.searchSpace(slug, q)}>Search all workspaces</Link>
      </p>
    </>
  );
}

function HitList({
  title,
  found: { nodes, totalCount, isIncomplete },
  ...at
}: {
  title: string;
  found: FoundFilesFragment;
  slug: string;
  branch: string;
}) {
  if (nodes.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <HitRows hits={nodes} label={title} {...at} />
      <Others total={totalCount} shown={nodes.length} />
      {isIncomplete && <p className="hint">There may be more: the search reached a limit.</p>}
    </>
  );
}
