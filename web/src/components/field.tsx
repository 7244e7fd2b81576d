import { type ReactNode, useId } from 'react';

/** A labelled control of a form, and what to know about it. */
export function Field({
  label,
  hint,
  children,
}: {
  label: string;
  hint?: string;
  /** Draws the control with this id, which the label names. */
  children: (props: { id: string; 'aria-describedby'?: string }) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': hint ? `${id}-hint` : undefined })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
