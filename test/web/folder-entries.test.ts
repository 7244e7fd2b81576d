import { expect, it } from 'vitest';
import { folderEntries } from '../../web/src/workspace/folder-entries.js';

const files = ['README.md', 'data/a.csv', 'data/raw/b.csv', 'database.md'].map((path) => ({ path }));
const names = (folder: string) =>
  folderEntries(files, folder).map((row) => ('file' in row ? row.name : `${row.name}/ ${row.count}`));

it('folders come first, with the number of files below them', () => {
  expect(names('')).toEqual(['data/ 2', 'README.md', 'database.md']);
  expect(names('data')).toEqual(['raw/ 1', 'a.csv']);
  expect(names('data/raw')).toEqual(['b.csv']);
  expect(names('none')).toEqual([]);
});
