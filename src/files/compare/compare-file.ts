import type { RequestContext } from '../../context.js';
import { compareFiles } from '../../engines/nbformat/compare/compare-files.js';
import type { NotebookDifference, ShownCell } from '../../engines/nbformat/compare/compare-notebooks.js';
import { isQuickToCompare } from '../../engines/nbformat/compare/is-quick-to-compare.js';
import type { LineDifference } from '../../engines/nbformat/compare/line-hunks.js';
import { linesOfBytes } from '../../engines/nbformat/compare/lines-of-bytes.js';
import { encodeNotebook } from '../../engines/nbformat/encode-notebook.js';
import { emptyNotebook } from '../../engines/nbformat/notebook.js';
import type { NotebookThreads } from '../../engines/nbformat/threads/notebook-threads.js';
import { DomainError, notFound } from '../../errors.js';
import { malformedCursor, readCursor, writeCursor } from '../../paging/cursor.js';
import type { Listing, ListQuery } from '../../paging/listing.js';
import type { Comparison } from './compare-refs.js';
import { comparedFile } from './compared-file.js';
import { describeComparison, type FileComparison } from './file-comparison.js';

/** A {@link FileComparison} whose content can be compared. */
export interface FileDifference extends FileComparison {
  comparison: Comparison;
}

/** A cell of a page, with its position in the list. */
export type ListedCell = ShownCell<Uint8Array> & { position: number };

/** The cells of a notebook in two commits, with what is known of the whole notebook. */
export interface CellListing extends Listing<ListedCell> {
  /** What differs beside the cells, and how many cells of each status there are; after {@link Listing.find}. */
  notebook(): Promise<Omit<NotebookDifference<Uint8Array>, 'cells' | 'total'>>;
}

const mib = 1024 * 1024;
/** Of both sides together. */
const maxBytes = { notebook: 64 * mib, text: 16 * mib };

/**
 * The file that a comparison names, also an unchanged one; null where it names none.
 * @throws DomainError `not_found` where neither commit has the file; `invalid_path`, `payload_too_large`
 */
export async function compareFile(comparison: Comparison): Promise<FileDifference | null> {
  if (comparison.path === null) return null;
  const found = await comparedFile(comparison, comparison.path);
  if (!found) throw notFound('The file');
  return { ...(await describeComparison(comparison.git, found)), comparison };
}

/**
 * The cells of a notebook in both commits, in the order of the head. An added or deleted notebook is compared with an empty one.
 * @returns null for a file that is no notebook
 * @throws DomainError `unreadable_file`, `payload_too_large`, `rate_limited`, `overloaded`; thrown when the listing is read
 */
export function listCells(
  { notebookThreads }: { notebookThreads: NotebookThreads },
  { actor }: RequestContext,
  file: FileDifference,
  isChangedOnly: boolean,
): CellListing | null {
  if (file.kind !== 'notebook') return null;
  let last: Promise<NotebookDifference<Uint8Array>> | undefined;
  const run = async (query: { take: number; skip: number }) => {
    const sides = await readSides(file, encodeNotebook(emptyNotebook()).bytes);
    const wanted = { ...query, isChangedOnly };
    return isQuickToCompare(Object.values(sides), true)
      ? compareFiles(sides.base, sides.head, wanted)
      : notebookThreads.compare(actor.userId, sides, wanted);
  };
  const whole = () => {
    last ??= run({ take: 0, skip: 0 });
    return last;
  };
  return {
    async find({ take, skip, after }: ListQuery) {
      const from = after === undefined ? skip : positionOf(after) + 1;
      last = run({ take, skip: from });
      return (await last).cells.map((cell, index) => ({ ...cell, position: from + index }));
    },
    count: async () => (await whole()).total,
    cursorOf: ({ position }) => writeCursor([String(position)]),
    notebook: whole,
  };
}

/** A cell has no name that it keeps, so a cursor is its position: the commits of a comparison do not change. */
function positionOf(cursor: string): number {
  const [position = ''] = readCursor(cursor, 1);
  if (!/^\d{1,9}$/.test(position)) throw malformedCursor();
  return Number(position);
}

/**
 * The lines in which a text file differs. An added or deleted one is compared with an empty text.
 * @returns null for a notebook and for a binary file
 * @throws DomainError `payload_too_large`, `rate_limited`, `overloaded`
 */
export async function compareLines(
  { notebookThreads }: { notebookThreads: NotebookThreads },
  { actor }: RequestContext,
  file: FileDifference,
): Promise<LineDifference | null> {
  if (file.kind !== 'text') return null;
  if (file.baseSha === file.headSha) return { hunks: [], isTruncated: false };
  const sides = await readSides(file, new Uint8Array());
  return isQuickToCompare(Object.values(sides), false)
    ? linesOfBytes(sides.base, sides.head)
    : notebookThreads.lines(actor.userId, sides.base, sides.head);
}

async function readSides(file: FileDifference, absent: Uint8Array) {
  const { baseSha, headSha, comparison, kind } = file;
  const size = (file.baseSize ?? 0) + (file.headSize ?? 0);
  const max = maxBytes[kind === 'notebook' ? 'notebook' : 'text'];
  if (size > max) throw tooLarge(max / mib);
  const read = (sha: string | null) => (sha === null ? absent : comparison.git.readBlob(sha));
  return { base: await read(baseSha), head: await read(headSha) };
}

function tooLarge(mebibytes: number): DomainError {
  return new DomainError(
    'payload_too_large',
    `The two versions of the file have more than ${mebibytes} MiB together; read them instead.`,
  );
}
