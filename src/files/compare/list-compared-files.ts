import { readCursor, writeCursor } from '../../paging/cursor.js';
import type { Listing } from '../../paging/listing.js';
import { LoopPace } from '../../paging/loop-pace.js';
import { checkAll } from '../../validation/check-all.js';
import type { Comparison } from './compare-refs.js';
import { comparedFile } from './compared-file.js';
import { describeComparison, type FileComparison } from './file-comparison.js';

const pace = new LoopPace();

/**
 * The files that differ between the commits of a comparison, sorted by path; with a path at most that one.
 * @throws DomainError `payload_too_large`; thrown when the listing is read
 */
export function listComparedFiles(comparison: Comparison): Listing<FileComparison> {
  const load = async () => {
    if (comparison.path === null) return comparison.files();
    const file = await comparedFile(comparison, comparison.path);
    return file && file.before !== file.after ? [file] : [];
  };
  return {
    async find({ take, skip, after }) {
      const { cursor, files } = await checkAll({
        cursor: () => (after === undefined ? [] : readCursor(after, 1)),
        files: load,
      });
      const [last] = cursor;
      const from = last === undefined ? skip : firstAfter(files, last);
      const rows: FileComparison[] = [];
      for (const file of files.slice(from, from + take)) {
        await pace.next();
        rows.push(await describeComparison(comparison.git, file));
      }
      return rows;
    },
    count: async () => (await load()).length,
    cursorOf: (row) => writeCursor([row.path]),
  };
}

function firstAfter(files: readonly { path: string }[], path: string): number {
  const index = files.findIndex((file) => file.path > path);
  return index < 0 ? files.length : index;
}
