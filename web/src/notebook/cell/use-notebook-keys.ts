import { type KeyboardEvent, useRef } from 'react';
import type { NotebookModel } from '../notebook-model.js';
import type { CellControls } from './use-cell-actions.js';

/** A key pressed twice within this time is one command: `dd`, `ii`. */
const twiceMs = 600;

/** The keys of a notebook: Jupyter's command mode, and what works in both modes. */
export function useNotebookKeys(model: NotebookModel, { selection, actions, restore }: CellControls) {
  const last = useRef({ key: '', at: 0 });
  const pressedTwice = (key: string) => {
    const { key: before, at } = last.current;
    const isTwice = before === key && performance.now() - at < twiceMs;
    last.current = isTwice ? { key: '', at: 0 } : { key, at: performance.now() };
    return isTwice;
  };
  return (event: KeyboardEvent) => {
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 's') {
      event.preventDefault();
      if (model.canEdit) void model.draft.save();
      return;
    }
    const { id } = selection;
    if (id === null) return;
    const isEditing = (event.target as Element).closest('.cm-editor') !== null;
    if (isEditing) {
      if (key === 'Escape' && !event.defaultPrevented) actions.select(id, 'command');
      return;
    }
    if ((event.target as Element).closest('input, select, textarea, button, a, summary')) return;
    const command = commandOf(event, model, { selection, actions, restore }, pressedTwice);
    if (!command) return;
    event.preventDefault();
    command();
  };
}

function commandOf(
  event: KeyboardEvent,
  model: NotebookModel,
  { selection, actions, restore }: CellControls,
  pressedTwice: (key: string) => boolean,
): (() => void) | undefined {
  const id = selection.id!;
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
    d: () => pressedTwice('d') && actions.remove(id),
    i: () => pressedTwice('i') && void model.kernel.interrupt(),
  };
  return simple[event.key];
}
