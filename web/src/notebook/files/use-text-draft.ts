import { useEffect, useState } from 'react';
import { NotebookDraft } from '../model/notebook-draft.js';
import { AutoSave } from '../storage/auto-save.js';
import { FileFollower } from '../storage/file-follower.js';
import { fileStorage } from '../storage/file-storage.js';
import { type OpenFile, useApiRequests } from '../storage/use-open-file.js';
import { draftOfText, textFormat } from './text-storage.js';

/** An open text file. */
export interface OpenText {
  draft: NotebookDraft;
  follower: FileFollower;
}

/** The draft of an open text file, which follows what others save and saves itself. Null before the first effect. */
export function useTextDraft({ page, canEdit, file }: OpenFile, content: string): OpenText | null {
  const api = useApiRequests();
  const [text, setText] = useState<OpenText | null>(null);
  useEffect(() => {
    let isClosed = false;
    const follower = new FileFollower(api, page);
    const draft = new NotebookDraft(
      { sha: file.sha, notebook: draftOfText(content) },
      fileStorage(api, follower, textFormat, () => isClosed),
    );
    const stopFollowing = follower.start(draft);
    const stopSaving = canEdit ? new AutoSave(draft).start() : undefined;
    setText({ draft, follower });
    return () => {
      isClosed = true;
      stopFollowing();
      stopSaving?.();
    };
  }, [api, page, canEdit, file, content]);
  return text;
}
