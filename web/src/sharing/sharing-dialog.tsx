import { Dialog } from '../components/dialog.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { SharingForm } from './sharing-form.js';
import { useSharing } from './use-sharing.js';
import './sharing.css';

/** Shows who can use a workspace, and saves what is changed there as one change. */
export function SharingDialog({
  slug,
  workspace: { id, name },
  onClose,
  onSaved,
}: {
  slug: string;
  workspace: { id: string; name: string };
  onClose: () => void;
  onSaved: () => void;
}) {
  const sharing = useSharing(slug, id);
  const { draft, owner, fault } = sharing;
  return (
    <Dialog title={`Share ${name}`} onClose={onClose}>
      {draft && owner ? (
        <SharingForm
          slug={slug}
          sharing={sharing}
          draft={draft}
          owner={owner}
          onClose={onClose}
          onSaved={onSaved}
        />
      ) : (
        <>
          <FaultMessage fault={fault} />
          {!fault && <Loading what="the sharing" />}
        </>
      )}
    </Dialog>
  );
}
