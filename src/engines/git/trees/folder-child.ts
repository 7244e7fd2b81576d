/** A regular file or a folder in a folder; `oid` is the blob or the tree. */
export interface FolderChild {
  name: string;
  isFolder: boolean;
  oid: string;
}
