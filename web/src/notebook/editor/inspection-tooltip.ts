import { StateEffect, StateField } from '@codemirror/state';
import { type EditorView, showTooltip, type Tooltip } from '@codemirror/view';
import Anser from 'anser';

const setTooltip = StateEffect.define<Tooltip | null>();

/** Holds what a kernel said about the code at the cursor, until the text or the selection changes. */
export const inspectionField = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setTooltip)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : value;
  },
  provide: (field) => showTooltip.from(field),
});

/** Shows a text of a kernel at a position; its colours are left out. */
export function showInspection(view: EditorView, position: number, text: string): void {
  const create = () => {
    const dom = document.createElement('div');
    dom.className = 'cm-inspection';
    dom.setAttribute('role', 'status');
    dom.textContent = Anser.ansiToText(text);
    return { dom };
  };
  view.dispatch({ effects: setTooltip.of({ pos: position, create, above: false }) });
}
