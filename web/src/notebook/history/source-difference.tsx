import { memo, useMemo } from 'react';
import { diffText } from '../model/diff-notebooks.js';
import { shownLines } from '../model/shown-lines.js';

const signs = { same: ' ', added: '+', removed: '−' };
const names = { same: undefined, added: 'Added', removed: 'Removed' };

/** The newer one of two texts, with the lines that were added and removed. Of many lines the first ones are shown. */
export const SourceDifference = memo(function SourceDifference({
  before,
  after,
}: {
  before: string;
  after: string;
}) {
  const { changes, hidden } = useMemo(() => shownLines(diffText(before, after)), [before, after]);
  if (changes.length === 0) return <p className="hint">Empty</p>;
  return (
    <div className="source-difference">
      {changes.map(({ kind, lines }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have no other identity.
        <pre key={index} className={`change-${kind}`}>
          {names[kind] && <span className="visually-hidden">{names[kind]}: </span>}
          {lines.map((line, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no other identity.
            <span key={at} className="change-line">
              <span aria-hidden="true">{signs[kind]} </span>
              {line}
              {'\n'}
            </span>
          ))}
        </pre>
      ))}
      {hidden > 0 && <p className="hint">{hidden.toLocaleString()} more lines are not shown.</p>}
    </div>
  );
});
