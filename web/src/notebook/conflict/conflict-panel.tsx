import { useState } from 'react';
import { SourceDifference } from '../history/source-difference.js';
import type { CellConflict, CellPart, Choice } from '../model/merge-notebooks.js';
import type { Cell } from '../model/notebook.js';
import type { NotebookDraft } from '../model/notebook-draft.js';
import { OutputList, shownOutputs } from '../output/output-list.js';

const choices: Record<Choice, string> = {
  ours: 'Keep mine',
  theirs: 'Take theirs',
  both: 'Keep both, mine below theirs',
};

const nobody: ReadonlyMap<string, string> = new Map();

/**
 * The cells that the user and somebody else changed. Nothing is saved until there is a choice for each of them. It appears while
 * the user types, and leaves the focus where it is.
 */
export function ConflictPanel({
  conflicts,
  draft,
  what = 'cell',
  authors = nobody,
  onShow,
}: {
  conflicts: CellConflict[];
  draft: NotebookDraft;
  /** What the user edits: a text file is a draft of one cell. */
  what?: 'cell' | 'file';
  /** Who changed the cells, by their ids, where that is known. */
  authors?: ReadonlyMap<string, string>;
  /** Shows a cell. */
  onShow?(id: string): void;
}) {
  const { cells } = draft.state.notebook;
  const [chosen, setChosen] = useState<ReadonlyMap<string, Choice>>(new Map());
  const left = conflicts.filter(({ id }) => !chosen.has(id)).length;
  const choose = (id: string, choice: Choice) => setChosen(new Map(chosen).set(id, choice));
  return (
    <section className="conflicts" aria-labelledby="conflicts-heading">
      <h2 id="conflicts-heading">
        {conflicts.length === 1 ? `A ${what} was` : `${conflicts.length} cells were`} also changed by somebody
        else
      </h2>
      <p>
        {what === 'cell' && 'Everything else is merged. '}Choose what to keep; until then nothing of yours is
        saved, and nothing is lost.
      </p>
      {conflicts.map((conflict) => (
        <Conflict
          key={conflict.id}
          conflict={conflict}
          name={what === 'cell' ? nameOf(cells.findIndex(({ id }) => id === conflict.id)) : 'This file'}
          author={authors.get(conflict.id)}
          onShow={
            onShow && cells.some(({ id }) => id === conflict.id) ? () => onShow(conflict.id) : undefined
          }
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

const nameOf = (index: number) =>
  index < 0 ? 'A cell that you deleted; your choice brings it back' : `Cell ${index + 1}`;

/** The id of the element with the choices for a cell. */
export const conflictElementId = (cellId: string) => `conflict-${cellId}`;

function Conflict({
  conflict,
  name,
  author,
  onShow,
  chosen,
  onChoose,
}: {
  conflict: CellConflict;
  name: string;
  author: string | undefined;
  onShow: (() => void) | undefined;
  chosen: Choice | undefined;
  onChoose(choice: Choice): void;
}) {
  const { base, ours, theirs, parts, id } = conflict;
  return (
    <fieldset className="conflict" id={conflictElementId(id)}>
      <legend>
        {name}: its {parts.map((part) => partNames[part]).join(' and ')}
        {author && `, also changed by ${author}`}
        {onShow && (
          <button type="button" className="quiet" onClick={onShow}>
            Show the cell
          </button>
        )}
      </legend>
      <div className="conflict-sides">
        <Side title="Mine" before={base} after={ours} showOutputs={parts.includes('outputs')} />
        <Side
          title={author ? `Theirs, by ${author}` : 'Theirs'}
          before={base}
          after={theirs}
          showOutputs={parts.includes('outputs')}
        />
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
