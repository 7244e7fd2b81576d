import { createContext, useEffect, useId, useMemo, useState } from 'react';
import type { CellConflict, Choice } from '../model/merge-notebooks.js';
import type { NotebookDraft } from '../model/notebook-draft.js';
import { sameJson } from '../model/same-json.js';

/** The conflicts of a draft, and what the user chose so far, wherever on the page that was. */
export interface ConflictChoices {
  conflicts: readonly CellConflict[];
  chosen: ReadonlyMap<string, Choice>;
  choose(conflict: CellConflict, choice: Choice): void;
  /** How many conflicts have no choice yet. */
  left: number;
  /** Saves what was chosen. */
  save(): void;
}

/** A choice, and the version of the others that the user saw. */
type Made = ReadonlyMap<string, { choice: Choice; theirs: CellConflict['theirs'] }>;

const nothing: Made = new Map();

/**
 * The choices for the conflicts of a draft; null where there are none. A choice counts until the others change the cell again:
 * it was for what the user saw.
 */
export function useConflictChoices(
  draft: NotebookDraft,
  conflicts: readonly CellConflict[],
): ConflictChoices | null {
  const [made, setMade] = useState(nothing);
  const isOver = conflicts.length === 0;
  useEffect(() => {
    if (isOver) setMade(nothing);
  }, [isOver]);
  return useMemo(() => {
    if (conflicts.length === 0) return null;
    const chosen = new Map(
      conflicts.flatMap(({ id, theirs }): [string, Choice][] => {
        const one = made.get(id);
        return one && sameJson(one.theirs, theirs) ? [[id, one.choice]] : [];
      }),
    );
    return {
      conflicts,
      chosen,
      choose: ({ id, theirs }, choice) => setMade((before) => new Map(before).set(id, { choice, theirs })),
      left: conflicts.length - chosen.size,
      save: () => void draft.resolve(chosen),
    };
  }, [draft, conflicts, made]);
}

/** The choices for the cells of a notebook; null while there are no conflicts. */
export const ConflictContext = createContext<ConflictChoices | null>(null);

const choiceNames: Record<Choice, string> = {
  ours: 'Keep mine',
  theirs: 'Take theirs',
  both: 'Keep both, mine below theirs',
};

/** Chooses what to keep of one cell. The bar and the cell show the same choice. */
export function ChoiceFields({ conflict, choices }: { conflict: CellConflict; choices: ConflictChoices }) {
  const name = useId();
  return (
    <div className="conflict-choices">
      {(Object.keys(choiceNames) as Choice[]).map((choice) => (
        <label key={choice} className="check">
          <input
            type="radio"
            name={name}
            checked={choices.chosen.get(conflict.id) === choice}
            onChange={() => choices.choose(conflict, choice)}
          />
          {choiceNames[choice]}
        </label>
      ))}
    </div>
  );
}

/** Saves when there is a choice for each conflict; until then it says how many are left. */
export function SaveChoices({ choices: { left, save } }: { choices: ConflictChoices }) {
  return (
    <button type="button" className="primary" disabled={left > 0} onClick={save}>
      {left > 0 ? `${left} left to choose` : 'Save what I chose'}
    </button>
  );
}
