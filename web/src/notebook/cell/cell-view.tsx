import { memo, useEffect, useRef } from 'react';
import { CellConflict, cellConflictId } from '../conflict/cell-conflict.js';
import type { CellType } from '../model/notebook.js';
import { type CellViewProps, CodeCell } from './code-cell.js';
import { TextCell } from './text-cell.js';

const names: Record<CellType, string> = { code: 'Code', markdown: 'Text', raw: 'Raw' };

/** A cell with its frame: selected where it gets the focus, by Tab, a click or the arrow keys; edited after Enter. */
export const CellView = memo(function CellView({
  isSelected,
  hasFocus,
  language,
  alsoChangedBy,
  ...props
}: CellViewProps & {
  isSelected: boolean;
  hasFocus: boolean;
  language: string;
  /** Who made the changes between which the user has to choose; undefined where there are none. */
  alsoChangedBy: string | undefined;
}) {
  const { cell, index, isEditing, actions, model } = props;
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    if (hasFocus && !isEditing) element.current?.focus();
  }, [hasFocus, isEditing]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the notebook around it has the keys.
    <section
      ref={element}
      className={classOf(cell.cell_type, isSelected, isEditing, alsoChangedBy !== undefined)}
      aria-label={`${names[cell.cell_type]} cell ${index + 1}`}
      aria-describedby={alsoChangedBy === undefined ? undefined : cellConflictId(cell.id)}
      aria-current={isSelected}
      data-cell={cell.id}
      tabIndex={isSelected ? 0 : -1}
      onFocus={(event) => {
        if (event.target === event.currentTarget) actions.select(cell.id, 'command');
      }}
      onClick={({ target, currentTarget }) => {
        if (!(target as Element).closest('button, a, form, .cm-editor, summary, select, fieldset'))
          currentTarget.focus({ preventScroll: true });
      }}
    >
      {cell.cell_type === 'code' ? <CodeCell {...props} language={language} /> : <TextCell {...props} />}
      {alsoChangedBy !== undefined && <CellConflict cellId={cell.id} author={alsoChangedBy} />}
      {isSelected && model.canEdit && <CellToolbar {...props} />}
    </section>
  );
});

const classOf = (type: CellType, isSelected: boolean, isEditing: boolean, isInConflict: boolean) =>
  [
    `cell cell-${type}`,
    isSelected && 'cell-selected',
    isEditing && 'cell-editing',
    isInConflict && 'cell-in-conflict',
  ]
    .filter(Boolean)
    .join(' ');

function CellToolbar({ cell, index, actions }: CellViewProps) {
  const { id } = cell;
  const button = (label: string, sign: string, action: () => void) => (
    <button
      type="button"
      className="quiet"
      aria-label={`${label} cell ${index + 1}`}
      title={label}
      onClick={action}
    >
      {sign}
    </button>
  );
  return (
    <div className="cell-toolbar" role="toolbar" aria-label={`Cell ${index + 1}`}>
      <select
        aria-label={`Type of cell ${index + 1}`}
        value={cell.cell_type}
        onChange={(event) => actions.changeType(id, event.target.value as CellType)}
      >
        {Object.entries(names).map(([type, name]) => (
          <option key={type} value={type}>
            {name}
          </option>
        ))}
      </select>
      {button('Move up', '↑', () => actions.move(id, -1))}
      {button('Move down', '↓', () => actions.move(id, 1))}
      {button('Add below', '+', () => actions.add(id, 'below'))}
      {button('Delete', '✕', () => actions.remove(id))}
    </div>
  );
}
