import type { MatchedCell } from '../../engines/nbformat/search/search-file.js';
import type { FileKind } from '../../notebooks/file-kind.js';

/** A line of a file, or the name of a file, that contains the text of a search. */
export interface SearchHit {
  /** The workspace through which it was found. */
  workspaceId: string;
  path: string;
  kind: FileKind;
  /** The blob. */
  sha: string;
  /** Null for a name, and in a text file. */
  cell: MatchedCell | null;
  /** From 1: in the text file, or in the source or the output of the cell. Null for a name. */
  line: number | null;
  /** The part of the line around the match, of at most 240 UTF-16 units; for a name the path. */
  snippet: string;
  /** Where the match begins in the snippet, and how long it is, in UTF-16 units. */
  matchStart: number;
  matchLength: number;
}

/** What a search found at one commit. */
export interface SearchResult {
  commitSha: string;
  /** By path in byte order, then by their order in the file. */
  hits: Omit<SearchHit, 'workspaceId'>[];
  /** Whether there may be more hits, because the time or a limit of hits was reached. */
  isIncomplete: boolean;
  /** Files that contain the text, but are binary, invalid or too large to be shown. */
  skippedFiles: number;
}
