import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { editorTheme } from './editor-theme.js';
import { languageExtension } from './language-extension.js';
import { minimalChange } from './minimal-change.js';

/** What an editor shows and calls. */
export interface CodeEditorProps {
  value: string;
  /** What the editor is for, to those who do not see it. */
  label: string;
  language: string;
  isReadOnly?: boolean;
  /** Whether it has the focus; when this becomes true it gets it. A new editor takes it from no field. */
  hasFocus?: boolean;
  /** The line that is marked and scrolled to at first, from 1; read once. */
  shownLine?: number | undefined;
  /** Keys and more, which come before its own; read once. */
  extensions?: Extension;
  onChange(value: string): void;
  onFocus?(): void;
}

/** A text editor. A value that changes from outside is put in without moving the cursor. The ends of lines stay as they are. */
export function CodeEditor({
  value,
  label,
  language,
  isReadOnly = false,
  hasFocus,
  ...rest
}: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const calls = useRef(rest);
  calls.current = rest;
  const compartment = useRef(new Compartment());
  const first = useRef({ value, label, shownLine: rest.shownLine });
  const wasMade = useRef(false);
  const separator = useRef('\n');
  separator.current = value.includes('\r\n') ? '\r\n' : '\n';
  useEffect(() => {
    const editor = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: first.current.value,
        extensions: [
          calls.current.extensions ?? [],
          compartment.current.of([]),
          baseExtensions,
          EditorView.contentAttributes.of({ 'aria-label': first.current.label }),
          EditorView.updateListener.of((update) => {
            const isOwn = update.transactions.every((one) => !one.isUserEvent('outside'));
            if (update.docChanged && isOwn)
              calls.current.onChange(update.state.doc.toString().replaceAll('\n', separator.current));
            if (update.focusChanged && update.view.hasFocus) calls.current.onFocus?.();
          }),
        ],
      }),
    });
    view.current = editor;
    if (first.current.shownLine !== undefined) showLine(editor, first.current.shownLine);
    return () => editor.destroy();
  }, []);
  useEffect(() => {
    const settings = [languageExtension(language), EditorState.readOnly.of(isReadOnly)];
    view.current?.dispatch({ effects: compartment.current.reconfigure(settings) });
  }, [language, isReadOnly]);
  useEffect(() => {
    const editor = view.current;
    const changes = editor && minimalChange(editor.state.doc.toString(), value.replace(/\r\n?/g, '\n'));
    if (changes) editor.dispatch({ changes, userEvent: 'outside' });
  }, [value]);
  useEffect(() => {
    const isFirst = !wasMade.current;
    wasMade.current = true;
    const isElsewhere = isFirst && document.activeElement?.closest('input, textarea, select, iframe');
    if (hasFocus && !isElsewhere && view.current && !view.current.hasFocus) view.current.focus();
  }, [hasFocus]);
  return <div ref={host} className="code-editor" />;
}

function showLine(editor: EditorView, line: number): void {
  const { doc } = editor.state;
  const { from, to } = doc.line(Math.min(line, doc.lines));
  editor.dispatch({
    selection: { anchor: from, head: to },
    effects: EditorView.scrollIntoView(from, { y: 'center' }),
  });
}

const baseExtensions: Extension = [
  history(),
  drawSelection(),
  indentOnInput(),
  indentUnit.of('    '),
  bracketMatching(),
  closeBrackets(),
  EditorView.lineWrapping,
  keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap]),
  editorTheme,
];
