import { useState } from 'react';
import { useQuery } from 'urql';
import { ViewerDocument } from '../../generated/shell.js';
import { FormFooter } from '../components/form-footer.js';
import { AddGrant } from './add-grant.js';
import { GrantList } from './grant-list.js';
import { LossDialog } from './loss-dialog.js';
import { OthersNotice } from './others-notice.js';
import {
  hasChanges,
  mayLoseManage,
  type PrincipalKey,
  rowsOf,
  type SharingDraft,
  withLevel,
  withVisibility,
} from './sharing-draft.js';
import { useCandidates } from './use-candidates.js';
import type { EditedSharing } from './use-sharing.js';
import { VisibilityField } from './visibility-field.js';

/** The visibility of a workspace, and the people and teams with a grant, as they are after the next save. */
export function SharingForm({
  slug,
  sharing: { edit, isSpaceAdmin, isBusy, fault, ...sharing },
  draft,
  owner,
  onClose,
  onSaved,
}: {
  slug: string;
  sharing: EditedSharing;
  draft: SharingDraft;
  owner: { id: string; name: string };
  onClose: () => void;
  onSaved: () => void;
}) {
  const [{ data }] = useQuery({ query: ViewerDocument, requestPolicy: 'cache-first' });
  const [isAsking, setAsking] = useState(false);
  const rows = rowsOf(draft);
  const candidates = useCandidates(
    slug,
    rows.map(({ key }) => key),
    owner.id,
  );
  const nameOf = (key: PrincipalKey) => candidates.known.get(key)?.name ?? `${key.slice(0, 13)}…`;
  const removed = rows.filter(({ after }) => after === null).map(({ key }) => nameOf(key));
  const me = data?.me.id;
  const mayLoseOwn = !isSpaceAdmin && me !== undefined && me !== owner.id && mayLoseManage(draft, me);
  const save = async () => {
    // The question closes first: only then can this dialog give the focus back.
    setAsking(false);
    if (!(await sharing.save(draft))) return;
    onSaved();
    onClose();
  };
  const visibility = draft.visibility ?? draft.saved.visibility;
  return (
    <div className="sharing">
      <VisibilityField
        value={visibility}
        onChange={(next) => edit((before) => withVisibility(before, next))}
      />
      <GrantList
        rows={rows}
        owner={owner}
        known={candidates.known}
        nameOf={nameOf}
        isInEffect={visibility === 'shared'}
        onChange={(key, level) => edit((before) => withLevel(before, key, level))}
      />
      <AddGrant
        candidates={candidates}
        onAdd={(key, level) => edit((before) => withLevel(before, key, level))}
      />
      {/* Beside the button: who has pressed it is there. */}
      <OthersNotice {...draft.byOthers} nameOf={nameOf} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!hasChanges(draft)) onClose();
          else if (removed.length > 0 || mayLoseOwn) setAsking(true);
          else void save();
        }}
      >
        <FormFooter fault={fault} isBusy={isBusy} submit="Save" onClose={onClose} />
      </form>
      {isAsking && (
        <LossDialog
          removed={removed}
          mayLoseOwn={mayLoseOwn}
          onConfirm={() => void save()}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
