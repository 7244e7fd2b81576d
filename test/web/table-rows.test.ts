import { expect, it } from 'vitest';
import { tableRows } from '../../web/src/notebook/files/table-rows.js';

it('rows of different lengths are filled up to the one with the max number of cells; added columns get a number for a name', () => {
  expect(tableRows('name,price\nTea\nCoffee,4,hot\n', false)).toEqual({
    head: ['name', 'price', 'Column 3'],
    body: [
      ['Tea', '', ''],
      ['Coffee', '4', 'hot'],
    ],
    ...{ moreRows: false, moreColumns: false },
  });
});

it('of a large table the first 500 rows and 50 columns are left', () => {
  const row = Array.from({ length: 60 }, (_, at) => `${at}`).join('\t');
  const { head, body, ...more } = tableRows(`${row}\n`.repeat(600), true);
  expect([head.length, body.length, body[0]!.length]).toEqual([50, 500, 50]);
  expect(more).toEqual({ moreRows: true, moreColumns: true });
});

it('an empty file is an empty table', () => {
  expect(tableRows('', false)).toMatchObject({ head: [], body: [] });
});
