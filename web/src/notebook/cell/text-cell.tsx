import type { Extension } from '@codemirror/state';
import { useMemo } from 'react';
import { addressOf } from '../../router/routes.js';
import { plainTab } from '../editor/kernel-questions.js';
import { LazyEditor } from '../editor/lazy-editor.js';
import { MarkdownView } from '../output/markdown-view.js';
import type { MarkdownReferences } from '../output/render-markdown.js';
import type { PageFile } from '../storage/page-file.js';
import { type CellViewProps, editingKeys } from './code-cell.js';

/** A Markdown cell, rendered until it is edited, or a raw cell, which is always an editor. */
export function TextCell({ cell, index, isEditing, shownLine, model, actions }: CellViewProps) {
  const { id, cell_type: type, source, attachments } = cell;
  const extensions = useMemo<Extension>(() => [editingKeys(id, actions), plainTab], [id, actions]);
  const references = useMemo(() => referencesOf(model.page, attachments), [model.page, attachments]);
  if (type === 'markdown' && !isEditing)
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: the cell around it does the same by its keys.
      <div className="cell-text" onDoubleClick={() => model.canEdit && actions.select(id, 'edit')}>
        {source.trim() === '' ? (
          <p className="hint">An empty text. Double-click or press Enter to edit it.</p>
        ) : (
          <MarkdownView text={source} references={references} />
        )}
      </div>
    );
  return (
    <div className="cell-input">
      <div className="prompt">
        <span className="prompt-count">{type === 'raw' ? 'raw' : 'md'}</span>
      </div>
      <LazyEditor
        value={source}
        label={`Text of cell ${index + 1}`}
        language={type === 'markdown' ? 'markdown' : 'text'}
        isReadOnly={!model.canEdit}
        hasFocus={isEditing}
        shownLine={shownLine}
        extensions={extensions}
        onChange={(value) => actions.write(id, value)}
        onFocus={() => actions.select(id, 'edit')}
      />
    </div>
  );
}

function referencesOf(page: PageFile, attachments: MarkdownReferences['attachments']): MarkdownReferences {
  const folder = page.path.slice(0, page.path.lastIndexOf('/') + 1);
  return {
    ...(attachments ? { attachments } : {}),
    addressOfFile: (path) => addressOf.anyFile({ ...page, path: folder + path }),
  };
}
