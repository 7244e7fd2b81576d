import { type KeyboardEvent, useRef } from 'react';
import type { NotebookModel } from '../notebook-model.js';
import type { CellControls } from './use-cell-actions.js';

/** A key pressed twice within this time is one command: `dd`, `ii`. */
const twiceMs = 600;

/** The keys of a notebook: Jupyter's command mode while a cell has the focus, and what works in both modes. */
export function useNotebookKeys(model: NotebookModel, controls: CellControls) {
  const { actions } = controls;
  const last = useRef({ key: '', at: 0 });
  const pressedTwice = (key: string) => {
    const { key: before, at } = last.current;
    const isTwice = before === key && performance.now() - at < twiceMs;
    last.current = isTwice ? { key: '', at: 0 } : { key, at: performance.now() };
    return isTwice;
  };
  return (event: KeyboardEvent) => {
    const { key } = event;
    const target = event.target as HTMLElement;
    // Only of a cell that has the focus itself: what is in it, beside it or above it may have keys of its own.
    const id = target.dataset.cell;
    const isTwice = pressedTwice(id === undefined ? '' : `${id} ${key}`);
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 's') {
      event.preventDefault();
      if (model.canEdit) void model.draft.save();
      return;
    }
    if (key === 'Escape' && target.closest('.cm-editor') && !event.defaultPrevented) {
      const edited = target.closest<HTMLElement>('[data-cell]')?.dataset.cell;
      if (edited !== undefined) actions.select(edited, 'command');
      return;
    }
    const command = id === undefined ? undefined : commandOf(event, id, model, controls, isTwice);
    if (!command) return;
    event.preventDefault();
    command();
  };
}

function commandOf(
  event: KeyboardEvent,
  id: string,
  model: NotebookModel,
  { actions, restore }: CellControls,
  isTwice: boolean,
): (() => void) | undefined {
  const { cells } = model.draft.state.notebook;
  const index = cells.findIndex((cell) => cell.id === id);
  const go = (steps: number) => () => {
    const next = cells[index + steps];
    if (next) actions.select(next.id, 'command');
  };
  const isControl = event.ctrlKey || event.metaKey;
  if (event.key === 'Enter') {
    if (event.shiftKey) return () => actions.run(id, 'next');
    if (isControl) return () => actions.run(id, 'stay');
    return event.altKey ? () => actions.run(id, 'insert') : () => actions.select(id, 'edit');
  }
  if (event.key === 'ArrowUp') return isControl && event.shiftKey ? () => actions.move(id, -1) : go(-1);
  if (event.key === 'ArrowDown') return isControl && event.shiftKey ? () => actions.move(id, 1) : go(1);
  if (isControl || event.altKey) return undefined;
  const simple: Record<string, () => void> = {
    k: go(-1),
    j: go(1),
    a: () => actions.add(id, 'above'),
    b: () => actions.add(id, 'below'),
    m: () => actions.changeType(id, 'markdown'),
    y: () => actions.changeType(id, 'code'),
    r: () => actions.changeType(id, 'raw'),
    z: restore,
    s: () => void model.draft.save(),
    K: () => actions.move(id, -1),
    J: () => actions.move(id, 1),
    d: () => isTwice && actions.remove(id),
    i: () => isTwice && void model.kernel.interrupt(),
  };
  return simple[event.key];
}
