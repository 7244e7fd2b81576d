import { type ReactNode, useState } from 'react';
import type { ApiFault } from '../api/api-error.js';
import { Dialog } from './dialog.js';
import { FormFooter } from './form-footer.js';

/** A button for what cannot be undone: it asks before it acts. */
export function ConfirmButton({
  label,
  name,
  title,
  children,
  className = 'danger',
  isDisabled = false,
  fault,
  isBusy,
  onConfirm,
}: {
  /** What the button says, and the one in the dialog. */
  label: string;
  /** The name for screen readers, which begins with the label; default the label. */
  name?: string;
  /** The question. */
  title: string;
  /** What happens then. */
  children: ReactNode;
  className?: string;
  isDisabled?: boolean;
  fault: ApiFault | null;
  isBusy: boolean;
  /** @returns whether it worked: then the dialog closes */
  onConfirm: () => Promise<boolean>;
}) {
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={name}
        disabled={isDisabled}
        onClick={() => setAsking(true)}
      >
        {label}
      </button>
      {isAsking && (
        <Dialog title={title} onClose={close}>
          {children}
          <form
            onSubmit={async (event) => {
              event.preventDefault();
              if (await onConfirm()) close();
            }}
          >
            <FormFooter fault={fault} isBusy={isBusy} submit={label} onClose={close} />
          </form>
        </Dialog>
      )}
    </>
  );
}
