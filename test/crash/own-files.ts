import type { Operation, OwnFile } from './operations.js';

/** The files of one client as they must be, by path. */
export function ownFiles() {
  const files = new Map<string, OwnFile>();

  return {
    all: (): OwnFile[] => [...files.values()],
    at: (path: string): OwnFile | undefined => files.get(path),

    /** Takes over what an operation did; `notebookId` is that of the notebook that it answered with. */
    adopt(operation: Operation, notebookId: string | null): void {
      const before = new Map(files);
      for (const path of operation.changes.keys()) files.delete(path);
      for (const [path, { after }] of operation.changes) {
        if (after === null) continue;
        const from = [...operation.renames].find(([, to]) => to === path)?.[0] ?? path;
        files.set(path, { path, oid: after, notebookId: before.get(from)?.notebookId ?? notebookId });
      }
    },

    /** Leaves all paths of an operation alone. */
    forget(operation: Operation): void {
      for (const path of operation.changes.keys()) files.delete(path);
    },
  };
}
