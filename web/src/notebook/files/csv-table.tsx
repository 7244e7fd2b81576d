import { useMemo } from 'react';
import { tableRows } from './table-rows.js';

/** Whether the name of a file says that it holds a table of values. */
export const isTablePath = (path: string) => /\.(csv|tsv)$/i.test(path);

/** A table of values: its first row has the names of the columns. Of a large one the first rows and columns are shown. */
export function CsvTable({ text, isTabs }: { text: string; isTabs: boolean }) {
  const { head, body, moreRows, moreColumns } = useMemo(() => tableRows(text, isTabs), [text, isTabs]);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is scrolled by keys. */}
      <section className="csv" aria-label="Table" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {head.map((name, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity.
                <th key={index} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {body.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity.
              <tr key={index}>
                {row.map((value, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity.
                  <td key={column}>{value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {moreColumns && <p className="hint">The first {head.length} columns are shown.</p>}
      {moreRows && <p className="hint">The first {body.length} rows are shown.</p>}
    </>
  );
}
