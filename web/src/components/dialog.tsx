import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import './dialog.css';

/** A modal dialog with a heading; Escape and the button close it. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closed before it leaves the document, so that the browser gives the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      // React also calls this for a dialog inside of this one.
      onCancel={(event) => event.target === event.currentTarget && onClose()}
      className="dialog"
    >
      <header>
        <h2 id={id}>{title}</h2>
        <button type="button" className="quiet icon" aria-label="Close" onClick={onClose}>
          <span aria-hidden="true">✕</span>
        </button>
      </header>
      {children}
    </dialog>
  );
}
