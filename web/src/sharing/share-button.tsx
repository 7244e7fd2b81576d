import { useState } from 'react';
import type { WorkspaceOverviewQuery } from '../../generated/shell.js';
import { SharingDialog } from './sharing-dialog.js';

type SharedWorkspace = Pick<
  WorkspaceOverviewQuery['space']['workspace'],
  'id' | 'name' | 'archivedAt' | 'effectivePermissions'
>;

/** Opens the sharing of a workspace, for those who may change it. */
export function ShareButton({
  slug,
  workspace,
  onSaved,
}: {
  slug: string;
  workspace: SharedWorkspace;
  onSaved: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const isAllowed = workspace.effectivePermissions.canManage && workspace.archivedAt === null;
  const close = () => setOpen(false);
  return (
    <>
      {isAllowed && (
        <button type="button" onClick={() => setOpen(true)}>
          Share
        </button>
      )}
      {/* It stays when the user may not share any more, and shows why the gateway refuses. */}
      {isOpen && <SharingDialog slug={slug} workspace={workspace} onClose={close} onSaved={onSaved} />}
    </>
  );
}
