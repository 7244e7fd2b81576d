/** Whether a path, or the name of a package with a path in it, is a folder or below it. */
export function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
