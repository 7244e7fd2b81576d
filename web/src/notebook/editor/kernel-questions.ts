import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completionStatus,
  startCompletion,
} from '@codemirror/autocomplete';
import { indentLess, indentMore, insertTab } from '@codemirror/commands';
import { type Extension, Prec } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { fromCodePoints, toCodePoints } from './code-points.js';
import { inspectionField, showInspection } from './inspection-tooltip.js';

/** What an editor asks a kernel about its code. Positions are in Unicode code points. Each answers null where it cannot. */
export interface KernelQuestions {
  complete(code: string, cursorPos: number): Promise<CodeCompletions | null>;
  inspect(code: string, cursorPos: number): Promise<string | null>;
}

/** What fits at a position. */
export interface CodeCompletions {
  cursorStart: number;
  cursorEnd: number;
  matches: { label: string; type: string | undefined }[];
}

/** Completion by Tab, inspection by Shift+Tab, as in Jupyter. At the start of a line both indent. */
export function kernelQuestions(questions: KernelQuestions): Extension {
  return [
    autocompletion({
      activateOnTyping: false,
      override: [(context) => completionsAt(questions, context)],
    }),
    inspectionField,
    EditorView.editorAttributes.of(({ state }) =>
      completionStatus(state) === 'pending' ? { class: 'asks-kernel' } : null,
    ),
    Prec.high(
      keymap.of([
        { key: 'Tab', run: (view) => complete(view) },
        { key: 'Shift-Tab', run: (view) => inspect(view, questions) },
      ]),
    ),
  ];
}

function complete(view: EditorView): boolean {
  if (completionStatus(view.state) === 'active') return acceptCompletion(view);
  if (!view.state.selection.main.empty) return indentMore(view);
  return isAtLineStart(view) ? insertIndent(view) : startCompletion(view);
}

function insertIndent(view: EditorView): boolean {
  view.dispatch(view.state.replaceSelection('    '));
  return true;
}

function inspect(view: EditorView, questions: KernelQuestions): boolean {
  if (!view.state.selection.main.empty || isAtLineStart(view)) return indentLess(view);
  const { head } = view.state.selection.main;
  const code = view.state.doc.toString();
  void questions.inspect(code, toCodePoints(code, head)).then((text) => {
    if (view.state.doc.toString() === code)
      showInspection(view, head, text ?? 'Nothing is known about this.');
  });
  return true;
}

/** Whether only blanks are before the cursor in its line. */
function isAtLineStart({ state }: EditorView): boolean {
  const { head } = state.selection.main;
  return (
    state.doc
      .lineAt(head)
      .text.slice(0, head - state.doc.lineAt(head).from)
      .trim() === ''
  );
}

async function completionsAt(
  questions: KernelQuestions,
  context: CompletionContext,
): Promise<CompletionResult | null> {
  const code = context.state.doc.toString();
  const found = await questions.complete(code, toCodePoints(code, context.pos));
  if (!found || found.matches.length === 0) return null;
  const options: Completion[] = found.matches.map(({ label, type }) => ({
    label,
    ...(type ? { type } : {}),
  }));
  return {
    from: fromCodePoints(code, found.cursorStart),
    to: fromCodePoints(code, found.cursorEnd),
    options,
    filter: false,
  };
}

/** What Tab does in an editor without a kernel. */
export const plainTab: Extension = keymap.of([{ key: 'Tab', run: insertTab, shift: indentLess }]);
