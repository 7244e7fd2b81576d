import { useState } from 'react';
import { SourceDifference } from '../history/source-difference.js';
import type { CellConflict, CellPart, Choice } from '../model/merge-notebooks.js';
import type { Cell } from '../model/notebook.js';
import type { NotebookDraft } from '../model/notebook-draft.js';
import { OutputList, shownOutputs } from '../output/output-list.js';

const choices: Record<Choice, string> = {
  ours: 'Keep mine',
  theirs: 'Take theirs',
  both: 'Keep both',
};

/**
 * The cells that the user and somebody else changed. Nothing is saved until there is a choice for each of them. It appears while
 * the user types, and leaves the focus where it is.
 */
export function ConflictPanel({ conflicts, draft }: { conflicts: CellConflict[]; draft: NotebookDraft }) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Choice>>(new Map());
  const left = conflicts.filter(({ id }) => !chosen.has(id)).length;
  const choose = (id: string, choice: Choice) => setChosen(new Map(chosen).set(id, choice));
  return (
    <section className="conflicts" aria-labelledby="conflicts-heading">
      <h2 id="conflicts-heading">
        {conflicts.length === 1 ? 'A cell was' : `${conflicts.length} cells were`} also changed by somebody
        else
      </h2>
      <p>
        Everything else is merged. Choose what to keep; until then nothing of yours is saved, and nothing is
        lost.
      </p>
      {conflicts.map((conflict) => (
        <Conflict
          key={conflict.id}
          conflict={conflict}
          chosen={chosen.get(conflict.id)}
          onChoose={(choice) => choose(conflict.id, choice)}
        />
      ))}
      <button
        type="button"
        className="primary"
        disabled={left > 0}
        onClick={() => void draft.resolve(chosen)}
      >
        {left > 0 ? `${left} left to choose` : 'Save what I chose'}
      </button>
    </section>
  );
}

const partNames: Record<CellPart, string> = { source: 'text', outputs: 'output', metadata: 'metadata' };

function Conflict({
  conflict,
  chosen,
  onChoose,
}: {
  conflict: CellConflict;
  chosen: Choice | undefined;
  onChoose(choice: Choice): void;
}) {
  const { base, ours, theirs, parts, id } = conflict;
  return (
    <fieldset className="conflict">
      <legend>The {parts.map((part) => partNames[part]).join(' and ')} of a cell</legend>
      <div className="conflict-sides">
        <Side title="Mine" before={base} after={ours} showOutputs={parts.includes('outputs')} />
        <Side title="Theirs" before={base} after={theirs} showOutputs={parts.includes('outputs')} />
      </div>
      <div className="conflict-choices">
        {(Object.keys(choices) as Choice[]).map((choice) => (
          <label key={choice} className="check">
            <input
              type="radio"
              name={`conflict-${id}`}
              checked={chosen === choice}
              onChange={() => onChoose(choice)}
            />
            {choices[choice]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Side({
  title,
  before,
  after,
  showOutputs,
}: {
  title: string;
  before: Cell | undefined;
  after: Cell;
  showOutputs: boolean;
}) {
  return (
    <div className="conflict-side">
      <h3>{title}</h3>
      <SourceDifference before={before?.source ?? ''} after={after.source} />
      {showOutputs && (
        <OutputList outputs={shownOutputs(after.outputs)} label={`Output, ${title.toLowerCase()}`} />
      )}
    </div>
  );
}
