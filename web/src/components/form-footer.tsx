import type { ApiFault } from '../api/api-error.js';
import { FaultMessage } from './fault-message.js';

/** The end of a form in a dialog: why it failed, and its buttons. */
export function FormFooter({
  fault,
  isBusy,
  submit,
  onClose,
}: {
  fault: ApiFault | null;
  isBusy: boolean;
  /** What the button says, e.g. `Create`. */
  submit: string;
  onClose: () => void;
}) {
  return (
    <>
      <FaultMessage fault={fault} />
      <footer>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="primary" disabled={isBusy}>
          {submit}
        </button>
      </footer>
    </>
  );
}
