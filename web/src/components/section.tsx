import { type ReactNode, useId } from 'react';

/** A part of a page with its heading, and what can be done there beside the heading. */
export function Section({
  title,
  count,
  actions,
  children,
}: {
  title: string;
  /** How many there are, beside the heading; undefined while that is not known. */
  count?: number | undefined;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <header>
        <h2 id={id}>
          {title} {count !== undefined && <span className="count">{count}</span>}
        </h2>
        {actions}
      </header>
      {children}
    </section>
  );
}
