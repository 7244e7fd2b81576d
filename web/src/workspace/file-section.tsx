import { useEffect, useRef, useState } from 'react';
import { DownloadButton } from '../components/download-button.js';
import { FaultMessage } from '../components/fault-message.js';
import { Loading } from '../components/loading.js';
import { Section } from '../components/section.js';
import { UploadFiles } from '../notebook/files/upload-files.js';
import { Link } from '../router/link.js';
import { navigate } from '../router/router.js';
import { addressOf } from '../router/routes.js';
import { SearchForm } from '../search/search-form.js';
import { FileRowView } from './file-row.js';
import { folderEntries } from './folder-entries.js';
import { NewFileDialog } from './new-file-dialog.js';
import { SearchResults } from './search-results.js';
import { useFiles } from './use-files.js';

/** The files of a branch: folder by folder, or what a search finds. */
export function FileSection({
  folder,
  q,
  repositoryId,
  mayEdit,
  ...at
}: {
  slug: string;
  workspaceId: string;
  repositoryId: string;
  branch: string;
  /** The one that is open; empty for the root. */
  folder: string;
  /** What is searched for; empty where the folder is shown. */
  q: string;
  mayEdit: boolean;
}) {
  const { slug, workspaceId, branch } = at;
  const { files, total, fault, more } = useFiles(slug, workspaceId, repositoryId, branch);
  const list = useFocusOfNewFolder(folder);
  const addressOfFolder = (path: string) => addressOf.workspace(slug, workspaceId, branch, path);
  const rows = files && (
    <div ref={list} tabIndex={-1} className="folder">
      <FolderRows files={files} folder={folder} file={at} addressOfFolder={addressOfFolder} />
    </div>
  );
  const tree = (
    <>
      {!files && !fault && <Loading what="files" />}
      {folder !== '' && <Crumbs folder={folder} addressOfFolder={addressOfFolder} />}
      {mayEdit && files ? (
        <UploadFiles {...at} folder={folder}>
          {rows}
        </UploadFiles>
      ) : (
        rows
      )}
      {more && (
        <button type="button" className="more" onClick={more}>
          Load more files
        </button>
      )}
    </>
  );
  return (
    <Section title="Files" count={total} actions={<FileButtons at={at} folder={folder} mayEdit={mayEdit} />}>
      <SearchForm
        q={q}
        label="Find in the names and contents of files"
        onSearch={(text) => navigate(addressOf.search(slug, workspaceId, branch, text))}
      />
      <FaultMessage fault={fault} />
      {q === '' ? (
        tree
      ) : (
        <>
          <nav className="crumbs" aria-label="Folder">
            <Link to={addressOfFolder(folder)}>All files</Link>
          </nav>
          <SearchResults {...at} q={q} />
        </>
      )}
    </Section>
  );
}

/** What is done with all files, and how one is created. */
function FileButtons({
  at,
  folder,
  mayEdit,
}: {
  at: { slug: string; workspaceId: string; branch: string };
  folder: string;
  mayEdit: boolean;
}) {
  const [created, setCreated] = useState<'notebook' | 'text' | null>(null);
  return (
    <div className="section-actions">
      <DownloadButton
        label="Download all"
        name="Download all files as a zip archive"
        slug={at.slug}
        path={`/workspaces/${encodeURIComponent(at.workspaceId)}/archive`}
        query={{ ref: at.branch, format: 'zip' }}
      />
      {mayEdit && (
        <>
          <button type="button" onClick={() => setCreated('text')}>
            New text file
          </button>
          <button type="button" className="primary" onClick={() => setCreated('notebook')}>
            New notebook
          </button>
        </>
      )}
      {created && <NewFileDialog {...at} folder={folder} kind={created} onClose={() => setCreated(null)} />}
    </div>
  );
}

/** Moves the focus to the list when another folder is shown: what was clicked is not there any more. */
function useFocusOfNewFolder(folder: string) {
  const list = useRef<HTMLDivElement>(null);
  const shown = useRef(folder);
  useEffect(() => {
    if (shown.current !== folder) list.current?.focus({ preventScroll: true });
    shown.current = folder;
  }, [folder]);
  return list;
}

/** The files and folders of a folder. */
function FolderRows({
  files,
  folder,
  file,
  addressOfFolder,
}: {
  files: NonNullable<ReturnType<typeof useFiles>['files']>;
  folder: string;
  file: { slug: string; workspaceId: string; branch: string };
  addressOfFolder: (path: string) => string;
}) {
  return (
    <ul className="rows panel">
      {folderEntries(files, folder).map((entry) =>
        'file' in entry ? (
          <FileRowView key={entry.file.path} {...file} {...entry} />
        ) : (
          <FolderRow
            key={`${entry.name}/`}
            {...entry}
            to={addressOfFolder(folder === '' ? entry.name : `${folder}/${entry.name}`)}
          />
        ),
      )}
    </ul>
  );
}

function FolderRow({ name, count, to }: { name: string; count: number; to: string }) {
  return (
    <li>
      <span className="file-name grow">
        <span className="file-sign" aria-hidden="true">
          ▸
        </span>
        <Link to={to}>{name}/</Link>
      </span>
      <span className="hint">
        {count} {count === 1 ? 'file' : 'files'}
      </span>
    </li>
  );
}

function Crumbs({ folder, addressOfFolder }: { folder: string; addressOfFolder: (path: string) => string }) {
  const parts = folder.split('/');
  return (
    <nav className="crumbs" aria-label="Folder">
      <Link to={addressOfFolder('')}>All files</Link>
      {parts.map((part, index) => {
        const path = parts.slice(0, index + 1).join('/');
        return (
          <span key={path}>
            /{' '}
            <Link to={addressOfFolder(path)} aria-current={path === folder ? 'location' : undefined}>
              {part}
            </Link>
          </span>
        );
      })}
    </nav>
  );
}
