import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { useSession } from '../../session/session.js';
import { messageOf } from '../storage/api-requests.js';
import './upload-files.css';
import { createRawFile, maxFileBytes } from './raw-file.js';

/** This many files are uploaded together. */
const maxFiles = 200;

/** Uploads files of any bytes into a folder, by a button or by dropping them on what is inside. A path that exists is kept. */
export function UploadFiles({
  slug,
  workspaceId,
  branch,
  folder,
  children,
}: {
  slug: string;
  workspaceId: string;
  branch: string;
  /** From the root, without a slash at its end; empty for the root. */
  folder: string;
  children: ReactNode;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const { message, faults, upload } = useUpload({ slug, workspaceId, branch }, folder);
  const over = (isInside: boolean) => (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(isInside);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void upload([...event.dataTransfer.files]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button does the same for the keyboard.
    <div
      className={isOver ? 'upload-target upload-over' : 'upload-target'}
      onDragOver={over(true)}
      onDragLeave={over(false)}
      onDrop={drop}
    >
      {children}
      <div className="upload-actions">
        <button type="button" onClick={() => input.current?.click()}>
          Upload files
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files to upload"
          onChange={(event) => {
            void upload([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
        <span className="hint" role="status">
          {message || 'or drop them here'}
        </span>
      </div>
      {faults.map((fault) => (
        <p key={fault} className="fault" role="alert">
          {fault}
        </p>
      ))}
    </div>
  );
}

/** Uploads files one after the other, and says how far it is. */
function useUpload(workspace: { slug: string; workspaceId: string; branch: string }, folder: string) {
  const { token } = useSession();
  const [message, setMessage] = useState('');
  const [faults, setFaults] = useState<string[]>([]);
  const upload = async (files: File[]) => {
    const failed: string[] = [];
    for (const [index, file] of files.slice(0, maxFiles).entries()) {
      setMessage(`Uploading ${file.name} (${index + 1} of ${Math.min(files.length, maxFiles)})…`);
      const path = folder === '' ? file.name : `${folder}/${file.name}`;
      try {
        if (file.size > maxFileBytes) throw new Error('It has more than 64 MiB.');
        await createRawFile({ ...workspace, path, token: token ?? '' }, file);
      } catch (error) {
        failed.push(`${file.name}: ${messageOf(error)}`);
      }
    }
    if (files.length > maxFiles) failed.push(`Only the first ${maxFiles} files were uploaded.`);
    setFaults(failed);
    setMessage(failed.length === 0 ? 'Uploaded.' : '');
  };
  return { message, faults, upload };
}
