/** How similar files are looked for, which reads the content of all candidates. */
export interface RenameSearch {
  /** Waits until the search may begin; what it returns is called at its end. */
  enter(): Promise<() => void>;
  /** Ends the search; then only files with the same bytes count as renamed. */
  signal?: AbortSignal;
}
