/** A row of a folder: a file in it, or a folder with what is below it. */
export type FolderEntry<File> = { name: string; file: File } | { name: string; count: number };

/**
 * What is directly in a folder, folders first.
 * @param files the files of the whole tree, sorted by path
 * @param folder e.g. `data/raw`; empty for the root
 */
export function folderEntries<File extends { path: string }>(
  files: readonly File[],
  folder: string,
): FolderEntry<File>[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const folders = new Map<string, number>();
  const rows: FolderEntry<File>[] = [];
  for (const file of files) {
    if (!file.path.startsWith(prefix)) continue;
    const rest = file.path.slice(prefix.length);
    const slash = rest.indexOf('/');
    if (slash < 0) rows.push({ name: rest, file });
    else folders.set(rest.slice(0, slash), (folders.get(rest.slice(0, slash)) ?? 0) + 1);
  }
  return [...[...folders].map(([name, count]) => ({ name, count })), ...rows];
}
