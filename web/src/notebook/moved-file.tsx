import { useSyncExternalStore } from 'react';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import type { NotebookDraft } from './model/notebook-draft.js';
import type { FileFollower } from './storage/file-follower.js';

/** Says that the open file was deleted or renamed elsewhere, and offers what to do. Nothing while it is where it was. */
export function MovedFile({
  file,
  draft,
  canEdit,
}: {
  file: FileFollower;
  draft: NotebookDraft;
  canEdit: boolean;
}) {
  const path = useSyncExternalStore(file.subscribe, file.getPath);
  const { phase, error } = useSyncExternalStore(draft.subscribe, () => draft.state);
  if (phase === 'gone')
    return (
      <div className="notice moved-file" role="alert">
        <span>This file was deleted or renamed elsewhere; what you see is only on this page.</span>
        {canEdit && (
          <button type="button" onClick={() => void draft.recreate()}>
            Save it again as {path}
          </button>
        )}
        {error && <span className="fault">{error}</span>}
      </div>
    );
  if (path === file.page.path) return null;
  return (
    <div className="notice moved-file" role="status">
      <span>
        This file was renamed elsewhere: open{' '}
        <Link to={addressOf.anyFile({ ...file.page, path })}>{path}</Link>
        {canEdit && ', where your changes are saved'}.
      </span>
    </div>
  );
}
