import type { DraftState } from './model/notebook-draft.js';

const phases = {
  saved: 'Saved',
  unsaved: 'Unsaved changes',
  saving: 'Saving…',
  conflict: 'Somebody else changed the same',
  failed: 'Not saved',
  gone: 'Not in the workspace any more',
};

/** Whether what the user sees is saved. */
export function SaveState({ draft, canEdit }: { draft: DraftState; canEdit: boolean }) {
  if (!canEdit) return <span className="badge">Read only</span>;
  return (
    <span className={`save-state save-${draft.phase}`} role="status">
      {phases[draft.phase]}
      {draft.error && draft.phase === 'failed' && `: ${draft.error}`}
    </span>
  );
}
