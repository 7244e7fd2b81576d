import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { ReplaceDialog } from './replace-dialog.js';
import { useUpload } from './use-upload.js';
import './upload-files.css';

/** Uploads files of any bytes into a folder, by a button or by dropping them on what is inside. It asks before it replaces. */
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
  const { message, faults, existing, upload, replace, keep } = useUpload(
    { slug, workspaceId, branch },
    folder,
  );
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
      {existing.length > 0 && (
        <ReplaceDialog files={existing} onReplace={() => void replace()} onKeep={keep} />
      )}
    </div>
  );
}
