import { useState } from 'react';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { Section } from '../components/section.js';
import { UploadFiles } from '../notebook/files/upload-files.js';
import { FileRowView } from './file-row.js';
import { folderEntries } from './folder-entries.js';
import { NewFileDialog } from './new-file-dialog.js';
import { useFiles } from './use-files.js';

/** The files of a branch, folder by folder. */
export function FileSection({
  slug,
  workspaceId,
  repositoryId,
  branch,
  mayEdit,
}: {
  slug: string;
  workspaceId: string;
  repositoryId: string;
  branch: string;
  mayEdit: boolean;
}) {
  const { files, total, fault, more } = useFiles(slug, workspaceId, repositoryId, branch);
  const [folder, setFolder] = useState('');
  const [created, setCreated] = useState<'notebook' | 'text' | null>(null);
  const rows = files && (
    <FolderRows
      files={files}
      folder={folder}
      file={{ slug, workspaceId, branch }}
      onOpen={(name) => setFolder(folder === '' ? name : `${folder}/${name}`)}
    />
  );
  return (
    <Section
      title="Files"
      count={total}
      actions={
        mayEdit && (
          <div className="section-actions">
            <button type="button" onClick={() => setCreated('text')}>
              New text file
            </button>
            <button type="button" className="primary" onClick={() => setCreated('notebook')}>
              New notebook
            </button>
          </div>
        )
      }
    >
      <FaultMessage fault={fault} />
      {!files && !fault && <Loading what="files" />}
      {folder !== '' && <Crumbs folder={folder} onOpen={setFolder} />}
      {files &&
        (mayEdit ? (
          <UploadFiles slug={slug} workspaceId={workspaceId} branch={branch} folder={folder}>
            {rows}
          </UploadFiles>
        ) : (
          rows
        ))}
      {more && (
        <button type="button" className="more" onClick={more}>
          Load more files
        </button>
      )}
      {created && (
        <NewFileDialog
          slug={slug}
          workspaceId={workspaceId}
          branch={branch}
          folder={folder}
          kind={created}
          onClose={() => setCreated(null)}
        />
      )}
    </Section>
  );
}

/** The files and folders of a folder. */
function FolderRows({
  files,
  folder,
  file,
  onOpen,
}: {
  files: NonNullable<ReturnType<typeof useFiles>['files']>;
  folder: string;
  file: { slug: string; workspaceId: string; branch: string };
  onOpen: (name: string) => void;
}) {
  return (
    <ul className="rows panel">
      {folderEntries(files, folder).map((entry) =>
        'file' in entry ? (
          <FileRowView key={entry.file.path} {...file} {...entry} />
        ) : (
          <FolderRow key={`${entry.name}/`} {...entry} onOpen={() => onOpen(entry.name)} />
        ),
      )}
    </ul>
  );
}

function FolderRow({ name, count, onOpen }: { name: string; count: number; onOpen: () => void }) {
  return (
    <li>
      <span className="file-name grow">
        <span className="file-sign" aria-hidden="true">
          ▸
        </span>
        <button type="button" className="quiet link" onClick={onOpen}>
          {name}/
        </button>
      </span>
      <span className="hint">
        {count} {count === 1 ? 'file' : 'files'}
      </span>
    </li>
  );
}

function Crumbs({ folder, onOpen }: { folder: string; onOpen: (folder: string) => void }) {
  const parts = folder.split('/');
  return (
    <nav className="crumbs" aria-label="Folder">
      <button type="button" className="quiet link" onClick={() => onOpen('')}>
        All files
      </button>
      {parts.map((part, index) => {
        const path = parts.slice(0, index + 1).join('/');
        return (
          <span key={path}>
            /{' '}
            <button
              type="button"
              className="quiet link"
              aria-current={path === folder ? 'location' : undefined}
              onClick={() => onOpen(path)}
            >
              {part}
            </button>
          </span>
        );
      })}
    </nav>
  );
}
