import { useEffect, useState } from 'react';
import { AuthorsOfCellsDocument } from '../../../generated/notebook.js';
import type { CellConflict } from '../model/merge-notebooks.js';
import type { NotebookModel } from '../notebook-model.js';
import { workspaceOf } from '../storage/page-file.js';

const nobody: ReadonlyMap<string, string> = new Map();

/** Who changed the cells in conflict last, by the ids of the cells. A cell is missing while nobody knows that. */
export function useConflictAuthors(
  model: NotebookModel,
  conflicts: readonly CellConflict[],
): ReadonlyMap<string, string> {
  const [authors, setAuthors] = useState(nobody);
  const [hasConflicts, sha] = [conflicts.length > 0, model.draft.baseSha];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version of the file may have other authors.
  useEffect(() => {
    if (!hasConflicts) return;
    let isCurrent = true;
    const variables = { ...workspaceOf(model.page), path: model.file.getPath(), ref: model.page.branch };
    model.api.query(AuthorsOfCellsDocument, variables).then(
      ({ space }) => {
        const known = space.workspace.blame.nodes.flatMap(({ cellId, version }): [string, string][] =>
          cellId !== null && version ? [[cellId, version.author.name]] : [],
        );
        if (isCurrent) setAuthors(new Map(known));
      },
      () => isCurrent && setAuthors(nobody),
    );
    return () => {
      isCurrent = false;
    };
  }, [model, hasConflicts, sha]);
  return hasConflicts ? authors : nobody;
}
