import { SourceDifference } from '../history/source-difference.js';
import type { CellConflict, CellPart } from '../model/merge-notebooks.js';
import type { Cell } from '../model/notebook.js';
import { OutputList, shownOutputs } from '../output/output-list.js';
import { ChoiceFields, type ConflictChoices, SaveChoices } from './conflict-choices.js';

const nobody: ReadonlyMap<string, string> = new Map();

/**
 * The cells that the user and somebody else changed. Nothing is saved until there is a choice for each of them. It appears while
 * the user types, and leaves the focus where it is.
 */
export function ConflictPanel({
  choices,
  cells,
  what = 'cell',
  authors = nobody,
  onShow,
}: {
  choices: ConflictChoices;
  /** The cells as they are now. */
  cells: readonly Cell[];
  /** What the user edits: a text file is a draft of one cell. */
  what?: 'cell' | 'file';
  /** Who changed the cells, by their ids, where that is known. */
  authors?: ReadonlyMap<string, string>;
  /** Shows a cell. */
  onShow?(id: string): void;
}) {
  const { conflicts } = choices;
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
          choices={choices}
        />
      ))}
      <SaveChoices choices={choices} />
    </section>
  );
}

const partNames: Record<CellPart, string> = { source: 'text', outputs: 'output', metadata: 'metadata' };

/** The parts of a cell that are in conflict, in words. */
export const partsOf = ({ parts }: CellConflict) =>
  `its ${parts.map((part) => partNames[part]).join(' and ')}`;

const nameOf = (index: number) =>
  index < 0 ? 'A cell that you deleted; your choice brings it back' : `Cell ${index + 1}`;

/** The id of the element with the choices for a cell. */
export const conflictElementId = (cellId: string) => `conflict-${cellId}`;

function Conflict({
  conflict,
  name,
  author,
  onShow,
  choices,
}: {
  conflict: CellConflict;
  name: string;
  author: string | undefined;
  onShow: (() => void) | undefined;
  choices: ConflictChoices;
}) {
  const { base, ours, theirs, parts, id } = conflict;
  return (
    <fieldset className="conflict" id={conflictElementId(id)}>
      <legend>
        {name}: {partsOf(conflict)}
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
      <ChoiceFields conflict={conflict} choices={choices} />
    </fieldset>
  );
}

/** One side of a conflict: its text as it differs from before both changes, and its outputs. */
export function Side({
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
