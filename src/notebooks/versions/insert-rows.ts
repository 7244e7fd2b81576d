import { pathHash } from '../path-hash.js';
import type { Db, IndexedBranch } from './index-db.js';
import type { FileState } from './pending-files.js';

/** The change of a file by a commit. Its texts are such as PostgreSQL can store. */
export interface NewVersion {
  id: string;
  path: string;
  documentId: string | null;
  commitOid: string;
  blobOid: string;
  message: string;
  authorName: string;
  authorEmail: string;
  authorUserId: string | null;
  createdAt: Date;
  sortTime: Date;
}

/** The file at a path of a branch. */
export interface NewFile extends FileState {
  path: string;
  /** Bytes. */
  size: number;
}

/**
 * Inserts versions in their order, except for those that exist. The rows are one parameter: one for each value, as
 * `createMany` sends them, took over half of the time of a long import. Paths and authors repeat, so they are lists of
 * their own, and a row has its positions in them.
 */
export async function insertVersions(
  db: Db,
  { repositoryId, branch }: IndexedBranch,
  versions: NewVersion[],
): Promise<void> {
  if (versions.length === 0) return;
  const paths = new Positions();
  const authors = new Positions();
  // One-letter names, and no times and nulls that can be left out: the database spends a third of its time on this text.
  const rows = versions.map((version) => {
    const { createdAt, sortTime, authorName, authorEmail, authorUserId } = version;
    return {
      i: version.id,
      p: paths.of(version.path),
      a: authors.of([authorName, authorEmail, authorUserId ?? ''].join('\0')),
      d: version.documentId ?? undefined,
      c: version.commitOid,
      b: version.blobOid,
      m: version.message,
      t: createdAt,
      s: sortTime > createdAt ? sortTime : undefined,
    };
  });
  const people = authors.values.map((author) => author.split('\0'));
  const [names, emails, users] = [0, 1, 2].map((at) => people.map((author) => author[at]!));
  await db.$executeRaw`
    INSERT INTO "FileVersion" (id, "repositoryId", branch, path, "pathHash", "documentId", "commitOid", "blobOid", message,
      "authorName", "authorEmail", "authorUserId", "createdAt", "sortTime")
    SELECT v.id, ${repositoryId}::uuid, ${branch}, p.path, p.hash, v.document, v.commit, v.blob, v.message,
      a.name, a.email, NULLIF(a."userId", '')::uuid, v.created, COALESCE(v.sort, v.created)
    FROM ROWS FROM (json_to_recordset(${JSON.stringify(rows)}::json) AS (i uuid, d uuid, c text, b text, m text,
      t timestamptz, s timestamptz, p int, a int))
      WITH ORDINALITY AS v(id, document, commit, blob, message, created, sort, path, author, nth)
    JOIN unnest(${paths.values}::text[], ${paths.values.map(pathHash)}::text[])
      WITH ORDINALITY AS p(path, hash, nth) ON p.nth = v.path
    JOIN unnest(${names}::text[], ${emails}::text[], ${users}::text[])
      WITH ORDINALITY AS a(name, email, "userId", nth) ON a.nth = v.author
    ORDER BY v.nth
    ON CONFLICT DO NOTHING`;
}

/** Different texts in a list, and their positions, from 1 on. */
class Positions {
  readonly #positions = new Map<string, number>();

  of(value: string): number {
    const position = this.#positions.get(value) ?? this.#positions.size + 1;
    this.#positions.set(value, position);
    return position;
  }

  get values(): string[] {
    return [...this.#positions.keys()];
  }
}

/**
 * Writes files of a branch over those at their paths, and deletes others. All files are one parameter, as for
 * {@link insertVersions}.
 * @param gone the paths of the files to delete
 */
export async function replaceFiles(
  db: Db,
  { repositoryId, branch }: IndexedBranch,
  files: NewFile[],
  gone: string[],
): Promise<void> {
  if (gone.length > 0)
    await db.$executeRaw`
      DELETE FROM "BranchFile" WHERE "repositoryId" = ${repositoryId}::uuid AND branch = ${branch}
        AND "pathHash" = ANY(${gone.map(pathHash)}::text[])`;
  if (files.length === 0) return;
  const rows = files.map((file) => ({ ...file, pathHash: pathHash(file.path) }));
  await db.$executeRaw`
    INSERT INTO "BranchFile" ("repositoryId", branch, path, "pathHash", "documentId", "blobOid", size, "lastCommitOid",
      "updatedAt")
    SELECT ${repositoryId}::uuid, ${branch}, * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS f(path text,
      "pathHash" text, "documentId" uuid, "blobOid" text, size int, "lastCommitOid" text, "updatedAt" timestamptz)
    ON CONFLICT ("repositoryId", branch, "pathHash") DO UPDATE SET "documentId" = excluded."documentId",
      "blobOid" = excluded."blobOid", size = excluded.size, "lastCommitOid" = excluded."lastCommitOid",
      "updatedAt" = excluded."updatedAt"`;
}
