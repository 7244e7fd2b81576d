/** The branch moves that syncs make themselves. They are not saves, so that they must not start another sync. */
export class SyncMoves {
  readonly #moves = new Set<string>();

  /** Records a move before it happens. @returns a function that deletes the record */
  add(repositoryId: string, branch: string, oid: string): () => void {
    const key = `${repositoryId}:${branch}:${oid}`;
    this.#moves.add(key);
    return () => this.#moves.delete(key);
  }

  /** Whether the move of a branch to a commit is one of a sync that runs now. */
  has(repositoryId: string, branch: string, oid: string): boolean {
    return this.#moves.has(`${repositoryId}:${branch}:${oid}`);
  }
}
