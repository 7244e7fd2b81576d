import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { Loading } from '../components/loading.js';
import { CellView } from './cell/cell-view.js';
import { type CellControls, useCellControls } from './cell/use-cell-actions.js';
import { useNotebookKeys } from './cell/use-notebook-keys.js';
import { ConflictContext, useConflictChoices } from './conflict/conflict-choices.js';
import { ConflictPanel } from './conflict/conflict-panel.js';
import { useConflictAuthors } from './conflict/use-conflict-authors.js';
import type { Notebook } from './model/notebook.js';
import { MovedFile } from './moved-file.js';
import type { NotebookModel } from './notebook-model.js';
import { NotebookToolbar, type PanelName } from './notebook-toolbar.js';
import { keepFocus } from './output/keep-focus.js';
import { WidgetsContext } from './output/widgets/widget-output.js';

const HistoryPanel = lazy(async () => ({
  default: (await import('./history/history-panel.js')).HistoryPanel,
}));
const LinksPanel = lazy(async () => ({ default: (await import('./links/links-panel.js')).LinksPanel }));

/** An open notebook: its toolbar, its cells, and a panel beside them. */
export function NotebookView({
  model,
  notebookId,
  workspaceName,
  begin,
}: {
  model: NotebookModel;
  notebookId: string | null;
  workspaceName: string;
  /** The cell that is shown first, and the line of its source; both from 1. */
  begin: { cell: number | undefined; line: number | undefined };
}) {
  const draft = useSyncExternalStore(model.draft.subscribe, () => model.draft.state);
  const controls = useCellControls(model);
  const shownLine = useFirstCell(controls, draft.notebook, begin);
  const choices = useConflictChoices(model.draft, draft.conflicts);
  const authors = useConflictAuthors(model, draft.conflicts);
  const others = new Map(draft.conflicts.map(({ id }) => [id, authors.get(id) ?? 'somebody else']));
  const onKeyDown = useNotebookKeys(model, controls);
  const [panel, setPanel] = useState<PanelName | null>(null);
  useEffect(keepFocus, []);
  const close = () => setPanel(null);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys act on the selected cell, which has the focus.
    <div className="notebook" onKeyDown={onKeyDown}>
      <NotebookToolbar
        model={model}
        draft={draft}
        workspaceName={workspaceName}
        panel={panel}
        onPanel={(name) => setPanel(name === panel ? null : name)}
      />
      <MovedFile file={model.file} draft={model.draft} canEdit={model.canEdit} />
      {choices && (
        <ConflictPanel
          choices={choices}
          cells={draft.notebook.cells}
          authors={authors}
          onShow={(id) => controls.actions.select(id, 'command')}
        />
      )}
      <div className={`notebook-body ${panel ? 'with-panel' : ''}`}>
        <WidgetsContext value={model.widgets}>
          <ConflictContext value={choices}>
            <CellList
              model={model}
              notebook={draft.notebook}
              controls={controls}
              others={others}
              shownLine={shownLine}
            />
          </ConflictContext>
        </WidgetsContext>
        {panel && (
          <Suspense fallback={<Loading what="the panel" />}>
            {panel === 'history' ? (
              <HistoryPanel model={model} notebookId={notebookId} onClose={close} />
            ) : (
              <LinksPanel model={model} notebookId={notebookId} onClose={close} />
            )}
          </Suspense>
        )}
      </div>
    </div>
  );
}

/** Selects the cell that the address names. @returns its id, and the line of its source that is marked */
function useFirstCell(
  { actions }: CellControls,
  { cells }: Notebook,
  { cell, line }: { cell: number | undefined; line: number | undefined },
) {
  // The cell that had this number when the notebook was opened, wherever it is moved.
  const [id] = useState(() => (cell === undefined ? undefined : cells[cell - 1]?.id));
  useEffect(() => {
    if (id !== undefined) actions.select(id, 'command');
  }, [id, actions]);
  return { id, line };
}

function CellList({
  model,
  notebook,
  controls: { selection, actions },
  others,
  shownLine,
}: {
  model: NotebookModel;
  notebook: Notebook;
  controls: CellControls;
  /** Who changed the cells in conflict, by their ids. */
  others: ReadonlyMap<string, string>;
  /** The line that is marked in one of the cells. */
  shownLine: { id: string | undefined; line: number | undefined };
}) {
  const { cells } = notebook;
  const language = languageOf(notebook);
  /** Before the user selects a cell the first one can be reached by Tab. */
  const selectedId = cells.some(({ id }) => id === selection.id) ? selection.id : (cells[0]?.id ?? null);
  /** Of a notebook without cells, the new one is the first. */
  const lastId = cells.at(-1)?.id ?? '';
  return (
    <div className="cells">
      {cells.map((cell, index) => (
        <CellView
          key={cell.id}
          cell={cell}
          index={index}
          isSelected={cell.id === selectedId}
          isEditing={cell.id === selection.id && selection.mode === 'edit'}
          hasFocus={cell.id === selection.id && selection.hasFocus}
          language={language}
          alsoChangedBy={others.get(cell.id)}
          shownLine={cell.id === shownLine.id ? shownLine.line : undefined}
          model={model}
          actions={actions}
        />
      ))}
      {model.canEdit && (
        <div className="add-cells">
          <button type="button" className="quiet" onClick={() => actions.add(lastId, 'below')}>
            + Code
          </button>
          <button type="button" className="quiet" onClick={() => actions.add(lastId, 'below', 'markdown')}>
            + Text
          </button>
        </div>
      )}
    </div>
  );
}

/** The language of the notebook's kernel. */
function languageOf({ metadata }: Notebook): string {
  const { kernelspec, language_info: info } = metadata as Record<string, Record<string, unknown> | undefined>;
  const name = info?.name ?? kernelspec?.language;
  return typeof name === 'string' ? name : 'python';
}
