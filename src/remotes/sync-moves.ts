/** The moves of branches that a sync makes: they are no saves, and call for no further sync. */
export class OwnMoves {
  private readonly moves = new Set<string>();

  /** Notes a move before it is made; returns what forgets it. */
  add(repositoryId: string, branch: string, oid: string): () => void {
    const key = `${repositoryId}:${branch}:${oid}`;
    this.moves.add(key);
    return () => this.moves.delete(key);
  }

  has(repositoryId: string, branch: string, oid: string): boolean {
    return this.moves.has(`${repositoryId}:${branch}:${oid}`);
  }
}
