/** The newest versions of a notebook, newest first, and how many it has. */
export interface VersionPages<Version extends { id: string }> {
  versions: Version[];
  total: number;
}

/** A page of an answer. */
interface Page<Version> {
  nodes: Version[];
  totalCount: number;
}

/** What was loaded, with the first page as it is now. Older pages stay where they follow it without a gap. */
export function withNewest<Version extends { id: string }>(
  { versions }: VersionPages<Version>,
  { nodes, totalCount }: Page<Version>,
): VersionPages<Version> {
  const lastId = nodes.at(-1)?.id;
  const at = versions.findIndex(({ id }) => id === lastId);
  return { versions: at < 0 ? nodes : [...nodes, ...versions.slice(at + 1)], total: totalCount };
}

/**
 * What was loaded, with an older page. It may overlap: versions that were made meanwhile move the others on.
 * @param offset how many versions are before the page; where not as many are there any more, the page is left out
 */
export function withOlder<Version extends { id: string }>(
  pages: VersionPages<Version>,
  { nodes, totalCount }: Page<Version>,
  offset: number,
): VersionPages<Version> {
  const { versions } = pages;
  if (offset > versions.length) return pages;
  const known = new Set(versions.map(({ id }) => id));
  return { versions: [...versions, ...nodes.filter(({ id }) => !known.has(id))], total: totalCount };
}

/**
 * The versions to show, each with the one before it. The oldest one that was loaded waits for the next page: without it nobody
 * knows what it changed.
 */
export function comparedVersions<Version extends { id: string }>({
  versions,
  total,
}: VersionPages<Version>): { version: Version; before: Version | undefined }[] {
  const shown = versions.length < total ? versions.slice(0, -1) : versions;
  return shown.map((version, index) => ({ version, before: versions[index + 1] }));
}
