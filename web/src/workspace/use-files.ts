import { useState } from 'react';
import { WorkspaceFilesDocument, type WorkspaceFilesQuery } from '../../generated/shell.js';
import { useClient } from '../api/api-context.js';
import type { ApiFault } from '../api/api-error.js';
import { faultOf } from '../api/api-error.js';
import { useLiveQuery } from '../space/use-live-query.js';
import { type LaterPages, pagesAfter, withLaterPage } from './later-pages.js';

/** A file of a workspace on a branch. */
export type FileRow = WorkspaceFilesQuery['space']['workspace']['files']['nodes'][number];

/** The files of a branch: at most 500 until more are asked for. */
export interface BranchFiles {
  /** Undefined before the first answer. */
  files: FileRow[] | undefined;
  /** Undefined before the first answer. */
  total: number | undefined;
  fault: ApiFault | null;
  /** Loads the next 500; undefined when all are there. */
  more: (() => void) | undefined;
}

/** The files of a branch, as they are after each commit. */
export function useFiles(
  slug: string,
  workspaceId: string,
  repositoryId: string,
  branch: string,
): BranchFiles {
  const client = useClient();
  const { data, fault } = useLiveQuery(
    WorkspaceFilesDocument,
    { slug, id: workspaceId, ref: branch },
    (item) =>
      item.__typename === 'SpaceFilesEvent' && item.repositoryId === repositoryId && item.branch === branch,
  );
  const first = data?.space.workspace.files;
  const [loaded, setLoaded] = useState<LaterPages<FileRow>>();
  const [laterFault, setLaterFault] = useState<ApiFault | null>(null);
  const later = pagesAfter(first, loaded);
  const more = async (after: string) => {
    const variables = { slug, id: workspaceId, ref: branch, after };
    const answer = await client.query(WorkspaceFilesDocument, variables).toPromise();
    setLaterFault(answer.error ? faultOf(answer.error) : null);
    const page = answer.data?.space.workspace.files;
    if (page) setLoaded((before) => withLaterPage(pagesAfter(first, before), page, after));
  };
  const { end } = later;
  return {
    files: first && [...first.nodes, ...later.nodes],
    total: first?.totalCount,
    fault: fault ?? laterFault,
    more: end === null ? undefined : () => void more(end),
  };
}
