/** The faults that a person may meet, by their names in Git's fsck. @see https://git-scm.com/docs/git-fsck#_fsck_messages */
const faults: Record<string, string> = {
  hasDotgit: 'contains a path that is a spelling of .git',
  hasDot: 'contains a path with the segment .',
  hasDotdot: 'contains a path with the segment ..',
  emptyName: 'contains an entry without a name',
  fullPathname: 'contains a name with a slash',
  duplicateEntries: 'contains one name twice',
  treeNotSorted: 'is not sorted',
  gitmodulesSymlink: 'has a .gitmodules that is a symlink',
};

/**
 * Names the object that Git's fsck refused, and why: without its text, which may contain paths of the host.
 * @param errors what Git printed
 * @returns for example `object 9daeafb… is not sorted`; null when it refused none
 */
export function objectFault(errors: string): string | null {
  const found = /\b(?:tree|commit|tag|blob|object) ([0-9a-f]{40}): ([a-zA-Z]{1,40}):/.exec(errors);
  if (!found) return null;
  const [, oid, fault] = found;
  return `object ${oid} ${faults[fault!] ?? `is malformed (${fault})`}`;
}
