import { use } from 'react';
import { ChoiceFields, ConflictContext, SaveChoices } from './conflict-choices.js';
import { conflictElementId, partsOf, Side } from './conflict-panel.js';

/** The id of the element that says which conflict a cell has. */
export const cellConflictId = (cellId: string) => `cell-conflict-${cellId}`;

/** What somebody else made of a cell that the user changed too, below the cell, with the choice what to keep. */
export function CellConflict({ cellId, author }: { cellId: string; author: string }) {
  const choices = use(ConflictContext);
  const conflict = choices?.conflicts.find(({ id }) => id === cellId);
  if (!choices || !conflict) return null;
  const { base, theirs, parts } = conflict;
  return (
    <fieldset className="cell-conflict">
      <legend id={cellConflictId(cellId)}>
        Also changed by {author}: {partsOf(conflict)}
      </legend>
      <details>
        <summary>Show theirs</summary>
        <Side title="Theirs" before={base} after={theirs} showOutputs={parts.includes('outputs')} />
      </details>
      <ChoiceFields conflict={conflict} choices={choices} />
      <div className="conflict-choices">
        <SaveChoices choices={choices} />
        <button type="button" className="quiet" onClick={() => showInPanel(cellId)}>
          Compare both
        </button>
      </div>
    </fieldset>
  );
}

function showInPanel(id: string): void {
  const panel = document.getElementById(conflictElementId(id));
  panel?.scrollIntoView({ block: 'center' });
  panel?.querySelector('input')?.focus({ preventScroll: true });
}
