import { useEffect, useState } from 'react';
import { StateOfFileDocument, type StateOfFileQuery } from '../../../generated/notebook.js';
import { hasCode, messageOf } from '../storage/api-requests.js';
import type { FilePageProps, PageFile } from '../storage/page-file.js';
import { useApiRequests } from '../storage/use-open-file.js';

/** A file of any kind as it was when its page was opened, without its content. */
export interface FileState {
  page: PageFile;
  sha: string;
  /** Why the user cannot save, rename or delete it, in a sentence; null where they can. */
  readOnlyReason: string | null;
}

/** Why the state of a file cannot be read. */
export interface FileFault {
  message: string;
  /** Whether there is no such file. */
  isMissing: boolean;
}

/** Reads the state of the file of a page once. Both are null until the answer. */
export function useFileState({ slug, workspaceId, path, branch }: FilePageProps) {
  const api = useApiRequests();
  const [state, setState] = useState<FileState | null>(null);
  const [fault, setFault] = useState<FileFault | null>(null);
  useEffect(() => {
    let isCurrent = true;
    api
      .query(StateOfFileDocument, { spaceSlug: slug, workspaceId, path, ref: branch ?? null })
      .then(({ space }) => {
        if (!isCurrent) return;
        const { fileState, defaultBranch } = space.workspace;
        const onBranch = fileState.branch ?? branch ?? defaultBranch;
        const page = { slug, workspaceId, path, branch: onBranch };
        setState({ page, sha: fileState.sha, readOnlyReason: readOnlyReasonOf(space, onBranch) });
      })
      .catch((error) => {
        if (isCurrent) setFault({ message: messageOf(error), isMissing: hasCode(error, 'not_found') });
      });
    return () => {
      isCurrent = false;
    };
  }, [api, slug, workspaceId, path, branch]);
  return { state, fault };
}

function readOnlyReasonOf({ role, workspace }: StateOfFileQuery['space'], branch: string): string | null {
  const { fileState, archivedAt, effectivePermissions, defaultRepository } = workspace;
  if (archivedAt !== null) return 'This workspace is archived: its files can be read and not changed.';
  if (fileState.branch === null) return 'This is an older version: files are changed on branches only.';
  if (!effectivePermissions.canEdit) return 'You may read this file, and not change it.';
  const isProtected = defaultRepository.protectedBranches.nodes.some(({ name }) => name === branch);
  if (isProtected && role !== 'admin')
    return 'This branch is protected: only admins of the space change its files.';
  return null;
}
