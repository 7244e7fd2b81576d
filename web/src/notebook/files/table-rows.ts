import Papa from 'papaparse';

const maxRows = 500;
const maxColumns = 50;

/** A table of values as it is shown. All its rows have as many values as its head. */
export interface TableRows {
  head: string[];
  body: string[][];
  /** Whether it has more than is shown. */
  moreRows: boolean;
  moreColumns: boolean;
}

/**
 * The first rows and columns of a table of values; the first row has the names of the columns. Short rows are filled
 * up, and columns without a name get their number.
 * @param isTabs whether tabs are between the values; default what the text looks like
 */
export function tableRows(text: string, isTabs: boolean): TableRows {
  const delimiter = isTabs ? { delimiter: '\t' } : {};
  const rows = Papa.parse<string[]>(text, { ...delimiter, preview: maxRows + 1, skipEmptyLines: true }).data;
  const columnsFound = rows.reduce((max, row) => Math.max(max, row.length), 0);
  const columns = Math.min(columnsFound, maxColumns);
  const [names = [], ...body] = rows.map((row) => Array.from({ length: columns }, (_, at) => row[at] ?? ''));
  return {
    head: names.map((name, at) => name || `Column ${at + 1}`),
    body: body.slice(0, maxRows),
    moreRows: rows.length > maxRows,
    moreColumns: columnsFound > maxColumns,
  };
}
