import { useEffect, useRef, useState } from 'react';
import type { Pages } from './use-pages.js';

/** The button below a list that loads its next page, and how much of the list is shown. */
export function ShowMore<Row>({
  pages: { rows, total = 0, hasMore, more },
  what,
}: {
  pages: Pick<Pages<Row>, 'rows' | 'total' | 'hasMore' | 'more'>;
  /** The name of the rows, e.g. `members`. */
  what: string;
}) {
  const [wasUsed, setUsed] = useState(false);
  const note = useRef<HTMLParagraphElement>(null);
  // The button that had the focus is gone after the last page.
  const isEnd = wasUsed && !hasMore;
  useEffect(() => {
    if (isEnd && document.activeElement === document.body) note.current?.focus();
  }, [isEnd]);
  if (!rows || !(hasMore || wasUsed)) return null;
  return (
    <>
      <p className="hint" role="status" tabIndex={-1} ref={note}>
        {hasMore ? `${rows.length} of ${total} ${what} are shown.` : `All ${rows.length} ${what} are shown.`}
      </p>
      {hasMore && (
        <button
          type="button"
          aria-label={`Show more ${what}`}
          onClick={() => {
            setUsed(true);
            more();
          }}
        >
          Show more
        </button>
      )}
    </>
  );
}
