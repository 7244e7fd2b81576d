import { useState } from 'react';
import { useQuery } from 'urql';
import { NotebookVersionsDocument } from '../../generated/shell.js';
import { faultOf } from '../api/api-error.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { RelativeTime } from '../components/relative-time.js';
import { sizeText } from '../components/size-text.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import type { FileRow } from './use-files.js';

const signs: Record<string, string> = { notebook: 'nb', text: 'txt', binary: 'bin' };

/** A file in its folder; a notebook shows its versions when they are asked for. */
export function FileRowView({
  slug,
  workspaceId,
  branch,
  name,
  file,
}: {
  slug: string;
  workspaceId: string;
  branch: string;
  /** In its folder. */
  name: string;
  file: FileRow;
}) {
  const [isOpen, setOpen] = useState(false);
  const { path, kind, size, updatedAt, lastCommitSha, notebookId } = file;
  return (
    <li>
      <span className="file-name grow">
        <span className="file-sign" aria-hidden="true">
          {signs[kind]}
        </span>
        <Link to={addressOf.anyFile({ slug, workspaceId, path, branch })}>{name}</Link>
      </span>
      <span className="hint">
        {sizeText(size)} · <code title={lastCommitSha}>{lastCommitSha.slice(0, 7)}</code> ·{' '}
        <RelativeTime time={updatedAt} />
      </span>
      {notebookId && (
        <button
          type="button"
          className="quiet link"
          aria-expanded={isOpen}
          aria-label={`Versions of ${name}`}
          onClick={() => setOpen(!isOpen)}
        >
          Versions
        </button>
      )}
      {isOpen && notebookId && (
        // The sha is new after each save, so the list is loaded again.
        <Versions
          key={lastCommitSha}
          slug={slug}
          workspaceId={workspaceId}
          notebookId={notebookId}
          branch={branch}
        />
      )}
    </li>
  );
}

function Versions({
  slug,
  workspaceId,
  notebookId,
  branch,
}: {
  slug: string;
  workspaceId: string;
  notebookId: string;
  branch: string;
}) {
  const [{ data, error }] = useQuery({
    query: NotebookVersionsDocument,
    variables: { slug, id: notebookId, branch },
    requestPolicy: 'network-only',
  });
  if (error) return <FaultMessage fault={faultOf(error)} />;
  if (!data) return <Loading what="versions" />;
  const { nodes, totalCount } = data.space.document.versions;
  return (
    <div className="versions">
      <ul className="rows" aria-label="Versions">
        {nodes.map(({ id, commitMessage, commitSha, path, createdAt, author }) => (
          <li key={id}>
            <code title={commitSha}>{commitSha.slice(0, 7)}</code>
            <span className="grow">
              <Link to={addressOf.notebook({ slug, workspaceId, path, branch: commitSha })}>
                {commitMessage.split('\n', 1)[0] || path}
              </Link>
            </span>
            <span className="hint">
              {author.name} · <RelativeTime time={createdAt} />
            </span>
          </li>
        ))}
      </ul>
      {totalCount > nodes.length && <p className="hint">and {totalCount - nodes.length} older ones</p>}
    </div>
  );
}
