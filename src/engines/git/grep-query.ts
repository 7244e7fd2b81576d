/** What `grep` of a repository looks for. */
export interface GrepQuery {
  /** Texts of one line, of which a file has to contain one. */
  texts: readonly string[];
  isCaseSensitive: boolean;
}
