import { useState } from 'react';
import { useQuery } from 'urql';
import { SpacesDocument, ViewerDocument } from '../../generated/shell.js';
import { faultOf } from '../api/api-error.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { Others } from '../components/others.js';
import { StatusBadge } from '../components/status-badge.js';
import { usePageTitle } from '../components/use-page-title.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import { CreateSpaceDialog } from './create-space-dialog.js';

/** The spaces of the signed-in user. */
export function HomePage() {
  const [{ data, error }] = useQuery({ query: SpacesDocument });
  const [{ data: viewer }] = useQuery({ query: ViewerDocument, requestPolicy: 'cache-first' });
  const [isCreating, setCreating] = useState(false);
  usePageTitle('Spaces');
  const spaces = data?.spaces.nodes;
  return (
    <>
      <div className="page-title">
        <h1>Spaces</h1>
        {viewer?.me.isPlatformAdmin && (
          <button type="button" className="push-end" onClick={() => setCreating(true)}>
            New space
          </button>
        )}
      </div>
      <FaultMessage fault={error && faultOf(error)} />
      {!data && !error && <Loading what="spaces" />}
      <ul className="cards">
        {spaces?.map(({ slug, name, role }) => (
          <li key={slug} className="card">
            <h2>
              <Link to={addressOf.space(slug)}>{name}</Link>
            </h2>
            <p className="hint">
              {slug} <StatusBadge status={role} />
            </p>
          </li>
        ))}
      </ul>
      <Others total={data?.spaces.totalCount ?? 0} shown={spaces?.length ?? 0} />
      {spaces?.length === 0 && (
        <p className="empty">You are a member of no space yet. An admin of a space can add you to it.</p>
      )}
      {isCreating && viewer && <CreateSpaceDialog userId={viewer.me.id} onClose={() => setCreating(false)} />}
    </>
  );
}
