import { useEffect, useMemo, useRef, useState } from 'react';
import { changeCell, changeCellType, deleteCell, insertCell, moveCell } from '../model/edit-cells.js';
import { type Cell, newCell } from '../model/notebook.js';
import type { NotebookModel } from '../notebook-model.js';
import type { CellActions } from './cell-actions.js';

/** Which cell is selected, and whether its text is edited. */
export interface Selection {
  id: string | null;
  mode: 'command' | 'edit';
  /** Whether the cell has the focus of the keyboard; false until the user selected one. */
  hasFocus: boolean;
}

/** The actions on cells, with what they select; and what the keys of command mode need beside. */
export interface CellControls {
  selection: Selection;
  actions: CellActions;
  /** Brings back the cell that was deleted last. */
  restore(): void;
}

const nothingSelected: Selection = { id: null, mode: 'command', hasFocus: false };

/** This many deleted cells can be brought back. */
const maxDeleted = 50;

/** The selection of a notebook and what changes its cells. The actions stay the same. */
export function useCellControls(model: NotebookModel): CellControls {
  const [selection, setSelection] = useState(nothingSelected);
  const deleted = useRef<{ cell: Cell; index: number }[]>([]);
  const actions = useMemo<CellActions>(() => {
    const cells = () => model.draft.state.notebook.cells;
    const edit = (change: (cells: Cell[]) => Cell[]) => {
      if (model.canEdit) model.draft.edit((notebook) => ({ ...notebook, cells: change(notebook.cells) }));
    };
    const select: CellActions['select'] = (id, mode) =>
      setSelection((now) =>
        now.id === id && now.mode === mode && now.hasFocus ? now : { id, mode, hasFocus: true },
      );
    const indexOf = (id: string) => cells().findIndex((cell) => cell.id === id);
    const insert = (index: number, cell: Cell, mode: Selection['mode']) => {
      if (!model.canEdit) return;
      edit((list) => insertCell(list, index, cell));
      select(cell.id, mode);
    };
    return {
      select: (id, mode) => select(id, mode),
      write: (id, source) => edit((list) => changeCell(list, id, { source })),
      run(id, then) {
        void model.run(id);
        const next = cells()[indexOf(id) + 1];
        if (then === 'stay') select(id, 'command');
        else if (then === 'insert' || !next) insert(indexOf(id) + 1, newCell('code'), 'edit');
        else select(next.id, 'command');
      },
      add: (id, where, type = 'code') =>
        insert(indexOf(id) + (where === 'below' ? 1 : 0), newCell(type), 'command'),
      remove(id) {
        const index = indexOf(id);
        const cell = cells()[index];
        if (!cell) return;
        deleted.current = [...deleted.current, { cell, index }].slice(-maxDeleted);
        edit((list) => deleteCell(list, id));
        const next = cells()[Math.min(index, cells().length - 1)];
        if (next) select(next.id, 'command');
      },
      move: (id, steps) => edit((list) => moveCell(list, id, steps)),
      changeType: (id, type) => edit((list) => changeCellType(list, id, type)),
    };
  }, [model]);
  const { id } = selection;
  const isGone = id !== null && !model.draft.state.notebook.cells.some((cell) => cell.id === id);
  // No other cell takes over the keys of somebody who types in a cell that somebody else deletes.
  useEffect(() => {
    if (isGone) setSelection(nothingSelected);
  }, [isGone]);
  const restore = () => {
    const last = deleted.current.pop();
    if (!last || !model.canEdit) return;
    const { cell, index } = last;
    // A merge keeps a cell that somebody else changed.
    const isThere = model.draft.state.notebook.cells.some(({ id }) => id === cell.id);
    if (!isThere)
      model.draft.edit((notebook) => ({ ...notebook, cells: insertCell(notebook.cells, index, cell) }));
    actions.select(cell.id, 'command');
  };
  return { selection, actions, restore };
}
