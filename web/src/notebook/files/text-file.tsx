import { useState, useSyncExternalStore } from 'react';
import { useConflictChoices } from '../conflict/conflict-choices.js';
import { ConflictPanel } from '../conflict/conflict-panel.js';
import { CodeEditor } from '../editor/code-editor.js';
import { plainTab } from '../editor/kernel-questions.js';
import { languageOfPath } from '../editor/language-extension.js';
import { MovedFile } from '../moved-file.js';
import { SaveState } from '../save-state.js';
import type { OpenFile } from '../storage/use-open-file.js';
import { CsvTable, isTablePath } from './csv-table.js';
import { FileActions } from './file-actions.js';
import { draftOfText, textOfDraft } from './text-storage.js';
import { type OpenText, useTextDraft } from './use-text-draft.js';

/** A text file in an editor, which is saved as a notebook is; a table of values also as a table. */
export function TextFile({
  opened,
  content,
  line,
}: {
  opened: OpenFile;
  content: string;
  /** The line to show first, from 1. */
  line: number | undefined;
}) {
  const text = useTextDraft(opened, content);
  return text ? <TextEditor opened={opened} line={line} {...text} /> : null;
}

function TextEditor({
  opened: { page, canEdit },
  line,
  draft,
  follower,
}: { opened: OpenFile; line: number | undefined } & OpenText) {
  const state = useSyncExternalStore(draft.subscribe, () => draft.state);
  const choices = useConflictChoices(draft, state.conflicts);
  const [asTable, setAsTable] = useState(isTablePath(page.path) && line === undefined);
  const text = textOfDraft(state.notebook);
  const readSha = async () => {
    await draft.save();
    return draft.state.hasChanges ? null : draft.baseSha;
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+S saves wherever the focus is.
    <div
      className="text-file"
      onKeyDown={(event) => {
        if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
        event.preventDefault();
        if (canEdit) void draft.save();
      }}
    >
      <div className="notebook-actions">
        {canEdit && (
          <button type="button" onClick={() => void draft.save()} title="Ctrl+S">
            Save
          </button>
        )}
        {isTablePath(page.path) && (
          <button type="button" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            Table
          </button>
        )}
        {canEdit && <FileActions page={page} readSha={readSha} />}
        <SaveState draft={state} canEdit={canEdit} />
      </div>
      <MovedFile file={follower} draft={draft} canEdit={canEdit} />
      {choices && <ConflictPanel choices={choices} cells={state.notebook.cells} what="file" />}
      {asTable ? (
        <CsvTable text={text} isTabs={page.path.toLowerCase().endsWith('.tsv')} />
      ) : (
        <CodeEditor
          value={text}
          label={`Text of ${page.path}`}
          language={languageOfPath(page.path)}
          isReadOnly={!canEdit}
          extensions={plainTab}
          shownLine={line}
          hasFocus={line !== undefined}
          onChange={(value) => draft.edit(() => draftOfText(value))}
        />
      )}
    </div>
  );
}
