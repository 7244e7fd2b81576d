import { useState } from 'react';
import { Dialog } from '../../components/dialog.js';
import { DownloadButton } from '../../components/download-button.js';
import type { NotebookModel } from '../notebook-model.js';
import { fileName } from '../storage/page-file.js';
import { FileActions } from './file-actions.js';
import { rawFilePath } from './raw-file.js';
import './notebook-file-button.css';

/** The documents that a notebook can be written as. */
const exports = [
  ['html', 'HTML'],
  ['markdown', 'Markdown'],
  ['script', 'Script'],
] as const;

/** Opens what can be done with the file of a notebook: it is downloaded, renamed or deleted. */
export function NotebookFileButton({ model }: { model: NotebookModel }) {
  const [isOpen, setOpen] = useState(false);
  const { page, canEdit, draft } = model;
  const { slug, workspaceId, path, branch } = page;
  const query = { path, ref: branch };
  const exportPath = `/workspaces/${encodeURIComponent(workspaceId)}/export`;
  const save = async () => {
    if (canEdit) await draft.save();
  };
  const readSha = async () => {
    await save();
    return draft.state.hasChanges ? null : draft.baseSha;
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        File
      </button>
      {isOpen && (
        <Dialog title={fileName(path)} onClose={() => setOpen(false)}>
          <h3>Download</h3>
          <div className="file-buttons">
            <DownloadButton
              {...{ slug, query, before: save }}
              label="Notebook"
              name="Notebook (.ipynb)"
              path={rawFilePath(workspaceId)}
            />
            {exports.map(([format, label]) => (
              <DownloadButton
                key={format}
                {...{ slug, label, before: save }}
                path={exportPath}
                query={{ ...query, format }}
              />
            ))}
          </div>
          {canEdit && (
            <>
              <h3>Change</h3>
              <div className="file-buttons">
                <FileActions page={page} readSha={readSha} />
              </div>
            </>
          )}
        </Dialog>
      )}
    </>
  );
}
