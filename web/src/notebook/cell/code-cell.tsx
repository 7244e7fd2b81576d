import { type Extension, Prec } from '@codemirror/state';
import { keymap } from '@codemirror/view';
import { useMemo, useSyncExternalStore } from 'react';
import { kernelQuestions } from '../editor/kernel-questions.js';
import { LazyEditor } from '../editor/lazy-editor.js';
import { askKernel } from '../kernel/ask-kernel.js';
import type { CellRun } from '../kernel/notebook-runs.js';
import type { Cell } from '../model/notebook.js';
import { hasEnded } from '../model/run-outputs.js';
import type { NotebookModel } from '../notebook-model.js';
import { OutputList, shownOutputs } from '../output/output-list.js';
import { OutputSessionContext } from '../output/widgets/widget-output.js';
import type { CellActions } from './cell-actions.js';
import { InputForm } from './input-form.js';
import { RunNote } from './run-note.js';

/** What the views of cells have in common. */
export interface CellViewProps {
  cell: Cell;
  /** From 0. */
  index: number;
  isEditing: boolean;
  /** The line of its source that is marked when the notebook is opened, from 1. */
  shownLine: number | undefined;
  model: NotebookModel;
  actions: CellActions;
}

/** A code cell: its editor, and its outputs as they come. */
export function CodeCell({
  cell,
  index,
  isEditing,
  shownLine,
  model,
  actions,
  language,
}: CellViewProps & { language: string }) {
  const { id } = cell;
  const run = useSyncExternalStore(model.runs.subscribe, () => model.runs.get(id));
  const extensions = useMemo<Extension>(
    () => [editingKeys(id, actions), kernelQuestions(askKernel(model))],
    [id, actions, model],
  );
  const shown = hasBegun(run) ? run : undefined;
  const outputs = shown?.state.outputs ?? shownOutputs(cell.outputs);
  return (
    <>
      <div className="cell-input">
        <Prompt
          cell={cell}
          run={run}
          onRun={model.canEdit ? () => actions.run(id, 'stay') : undefined}
          index={index}
        />
        <LazyEditor
          value={cell.source}
          label={`Code of cell ${index + 1}`}
          language={language}
          isReadOnly={!model.canEdit}
          hasFocus={isEditing}
          shownLine={shownLine}
          extensions={extensions}
          onChange={(source) => actions.write(id, source)}
          onFocus={() => actions.select(id, 'edit')}
        />
      </div>
      <OutputSessionContext value={shown?.sessionId ?? ''}>
        <OutputList outputs={outputs} label={`Output of cell ${index + 1}`} />
      </OutputSessionContext>
      {run?.state.input && (
        <InputForm key={run.state.input.requestId} run={run} input={run.state.input} model={model} />
      )}
      {run && <RunNote run={run} />}
    </>
  );
}

/** Whether the outputs of a run are shown: before it began, and where it never began, those of the file are. */
function hasBegun(run: CellRun | undefined): run is CellRun {
  return run !== undefined && (run.state.executionCount !== null || run.state.outputs.length > 0);
}

function Prompt({
  cell,
  run,
  index,
  onRun,
}: {
  cell: Cell;
  run: CellRun | undefined;
  index: number;
  onRun: (() => void) | undefined;
}) {
  const isBusy = run !== undefined && !hasEnded(run.state);
  const count = run?.state.executionCount ?? cell.execution_count;
  return (
    <div className={`prompt ${isBusy ? 'prompt-busy' : ''}`}>
      {onRun && (
        <button
          type="button"
          className="quiet run-button"
          onClick={onRun}
          aria-label={`Run cell ${index + 1}`}
        >
          ▶
        </button>
      )}
      <span className="prompt-count">[{isBusy ? '*' : (count ?? ' ')}]</span>
    </div>
  );
}

/** The keys of Jupyter's edit mode. */
export function editingKeys(id: string, actions: CellActions): Extension {
  const run = (then: 'stay' | 'next' | 'insert') => () => {
    actions.run(id, then);
    return true;
  };
  return Prec.highest(
    keymap.of([
      { key: 'Shift-Enter', run: run('next') },
      { key: 'Ctrl-Enter', mac: 'Cmd-Enter', run: run('stay') },
      { key: 'Alt-Enter', run: run('insert') },
    ]),
  );
}
