import { type ReactNode, useEffect, useId, useRef } from 'react';
import { focusUnlessTyping } from './focus.js';

/** A panel beside the cells; it gets the focus when it is opened, unless somebody types on meanwhile. */
export function SidePanel({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose(): void;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => focusUnlessTyping(heading.current), []);
  return (
    <aside className="side-panel" aria-labelledby={id}>
      <div className="side-panel-head">
        <h2 id={id} tabIndex={-1} ref={heading}>
          {title}
        </h2>
        <button type="button" className="quiet" onClick={onClose} aria-label={`Close ${title.toLowerCase()}`}>
          ✕
        </button>
      </div>
      {children}
    </aside>
  );
}
