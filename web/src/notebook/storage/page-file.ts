/** What the page of a notebook or a file shows. */
export interface FilePageProps {
  slug: string;
  workspaceId: string;
  path: string;
  /** Default the workspace's branch. */
  branch: string | undefined;
  /** The cell of a notebook to show first, from 1. */
  cell?: number | undefined;
  /** The line to show first, from 1: of a text, or of the source of the cell. */
  line?: number | undefined;
}

/** Where the file of a page is. */
export interface PageFile {
  slug: string;
  workspaceId: string;
  path: string;
  /** The branch, also where the address of the page has none. */
  branch: string;
}

/** The name of a file in its folder. */
export const fileName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** The variables that name the workspace of a file. */
export const workspaceOf = ({ slug, workspaceId }: PageFile) => ({ spaceSlug: slug, workspaceId });
