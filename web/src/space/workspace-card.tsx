import { ArchiveWorkspaceDocument, type WorkspaceRowFragment } from '../../generated/shell.js';
import { useAction } from '../api/use-action.js';
import { ConfirmButton } from '../components/confirm-button.js';
import { RelativeTime } from '../components/relative-time.js';
import { PresenceList } from '../presence/presence-list.js';
import { usePresence } from '../presence/use-presence.js';
import { Link } from '../router/link.js';
import { addressOf } from '../router/routes.js';
import { visibilityText } from '../sharing/visibility-text.js';

/** A workspace in the list of its space. */
export function WorkspaceCard({
  slug,
  workspace,
  showsPresence,
  onChange,
}: {
  slug: string;
  workspace: WorkspaceRowFragment;
  /** Whether it shows who has it open. */
  showsPresence: boolean;
  /** Called when it was archived. */
  onChange: () => void;
}) {
  const { id, name, owner, defaultRepository, defaultBranch, visibility, effectivePermissions } = workspace;
  const here = usePresence(slug, id, { isListed: false, pause: !showsPresence });
  const archive = useAction(ArchiveWorkspaceDocument);
  return (
    <li className="card workspace-card">
      <h3>
        <Link to={addressOf.workspace(slug, id)}>{name}</Link>
      </h3>
      <p className="hint">
        {owner.name} · {defaultRepository.name} · <code>{defaultBranch}</code> · {visibilityText(visibility)}
      </p>
      <PresenceList rows={here} />
      <footer>
        <span className="hint">
          created <RelativeTime time={workspace.createdAt} />
        </span>
        {effectivePermissions.canManage && (
          <ConfirmButton
            label="Archive"
            name={`Archive ${name}`}
            title={`Archive ${name}?`}
            className="quiet"
            {...archive}
            onConfirm={async () => {
              const isArchived = (await archive.run({ spaceSlug: slug, id })) !== undefined;
              if (isArchived) onChange();
              return isArchived;
            }}
          >
            <p>Its workers stop, and nobody can save in it any more. Its files and history stay.</p>
          </ConfirmButton>
        )}
      </footer>
    </li>
  );
}
