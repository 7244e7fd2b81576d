import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** The look of editors: the colours follow the theme of the page. */
export const editorTheme: Extension = [
  EditorView.theme({
    '&': { backgroundColor: 'transparent', color: 'var(--text)', fontSize: '13.5px' },
    '&.cm-focused': { outline: 'none' },
    '.cm-content': { fontFamily: 'var(--mono)', caretColor: 'var(--text)', padding: '8px 0' },
    '.cm-line': { padding: '0 10px' },
    '.cm-cursor': { borderLeftColor: 'var(--text)' },
    '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--text-soft)', border: 'none' },
    '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'var(--accent-soft)',
    },
    '.cm-tooltip': {
      backgroundColor: 'var(--surface)',
      color: 'var(--text)',
      border: '1px solid var(--line)',
      borderRadius: '6px',
      boxShadow: 'var(--shadow)',
    },
    '.cm-tooltip-autocomplete ul li[aria-selected]': {
      backgroundColor: 'var(--accent)',
      color: 'var(--accent-text)',
    },
    '.cm-inspection': {
      maxWidth: 'min(640px, 90vw)',
      maxHeight: '260px',
      overflow: 'auto',
      padding: '8px 10px',
      whiteSpace: 'pre-wrap',
      fontFamily: 'var(--mono)',
      fontSize: '12px',
    },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--code-keyword)' },
      { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
      { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
      { tag: tags.comment, color: 'var(--code-comment)', fontStyle: 'italic' },
      {
        tag: [tags.function(tags.variableName), tags.definition(tags.variableName)],
        color: 'var(--code-name)',
      },
      { tag: [tags.className, tags.typeName], color: 'var(--code-name)' },
      { tag: tags.heading, fontWeight: '700' },
      { tag: tags.strong, fontWeight: '700' },
      { tag: tags.emphasis, fontStyle: 'italic' },
      { tag: [tags.link, tags.url], color: 'var(--accent)' },
    ]),
  ),
];
