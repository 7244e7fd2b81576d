/** What a search found in one workspace. */
export interface WorkspaceHits<Hit> {
  id: string;
  name: string;
  hits: Hit[];
}

/** Groups what was found by its workspaces, in the order in which they come first. */
export function byWorkspace<Hit extends { workspaceId: string; workspaceName: string }>(
  hits: readonly Hit[],
): WorkspaceHits<Hit>[] {
  const groups = new Map<string, WorkspaceHits<Hit>>();
  for (const hit of hits) {
    const { workspaceId: id, workspaceName: name } = hit;
    const group = groups.get(id) ?? { id, name, hits: [] };
    groups.set(id, group);
    group.hits.push(hit);
  }
  return [...groups.values()];
}
