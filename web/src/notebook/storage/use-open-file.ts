import { useEffect, useMemo, useState } from 'react';
import { OpenFileDocument, type OpenFileQuery } from '../../../generated/notebook.js';
import { useClient, useSubscribe } from '../../api/api-context.js';
import { type ApiRequests, apiRequests, messageOf } from './api-requests.js';
import type { FilePageProps, PageFile } from './page-file.js';

/** A file as it was when its page was opened. */
export interface OpenFile {
  page: PageFile;
  workspaceName: string;
  canEdit: boolean;
  file: OpenFileQuery['space']['workspace']['file'];
}

/** The API for the classes of a page; the same object until the sign-out. */
export function useApiRequests(): ApiRequests {
  const client = useClient();
  const subscribe = useSubscribe();
  return useMemo(() => apiRequests(client, subscribe), [client, subscribe]);
}

/** Reads the file of a page once. @returns the file, or why it cannot be read; both null until the answer */
export function useOpenFile({ slug, workspaceId, path, branch }: FilePageProps): {
  opened: OpenFile | null;
  error: string | null;
} {
  const api = useApiRequests();
  const [opened, setOpened] = useState<OpenFile | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const variables = { spaceSlug: slug, workspaceId, path, ref: branch ?? null };
    api
      .query(OpenFileDocument, variables)
      .then(({ space: { workspace } }) => {
        if (!isCurrent) return;
        const { file, name, defaultBranch, archivedAt } = workspace;
        const onBranch = file.branch ?? branch ?? defaultBranch;
        // A tag or a commit is shown, and cannot be edited.
        const canEdit = file.effectivePermissions.canEdit && file.branch !== null && archivedAt === null;
        const page = { slug, workspaceId, path, branch: onBranch };
        setOpened({ page, workspaceName: name, canEdit, file });
      })
      .catch((reason) => isCurrent && setError(messageOf(reason)));
    return () => {
      isCurrent = false;
    };
  }, [api, slug, workspaceId, path, branch]);
  return { opened, error };
}
