import { Dialog } from '../components/dialog.js';
import { FormFooter } from '../components/form-footer.js';

/** Asks before a save takes access away. */
export function LossDialog({
  removed,
  mayLoseOwn,
  onConfirm,
  onClose,
}: {
  /** The names of those whose grants are removed. */
  removed: string[];
  /** Whether the signed-in user may lose what they need to undo this. */
  mayLoseOwn: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Dialog title="Take access away?" onClose={onClose}>
      {removed.length > 0 && (
        <p>These lose what the workspace was shared with them for: {removed.join(', ')}.</p>
      )}
      {mayLoseOwn && (
        <p>
          Your own access can end with this. Then only its owner and the admins of the space can share it
          again.
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        <FormFooter fault={null} isBusy={false} submit="Take away and save" onClose={onClose} />
      </form>
    </Dialog>
  );
}
