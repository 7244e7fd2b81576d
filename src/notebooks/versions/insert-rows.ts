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
 * `createMany` sends them, took over half of the time of a long import. Files and authors repeat, so they are lists of
 * their own, and a row has its positions in them.
 */
export async function insertVersions(
  db: Db,
  { repositoryId, branch }: IndexedBranch,
  versions: NewVersion[],
): Promise<void> {
  if (versions.length === 0) return;
  const files = new Positions();
  const authors = new Positions();
  // Short names, and seconds instead of dates: for each row the database parses this text.
  const rows = versions.map((version) => ({
    i: version.id,
    f: files.of(version.path, version.documentId ?? ''),
    a: authors.of(version.authorName, version.authorEmail, version.authorUserId ?? ''),
    c: version.commitOid,
    b: version.blobOid,
    m: version.message,
    t: version.createdAt.getTime() / 1_000,
    s: version.sortTime.getTime() / 1_000,
  }));
  const [paths, documents] = files.columns(2);
  const [names, emails, users] = authors.columns(3);
  await db.$executeRaw`
    INSERT INTO "FileVersion" (id, "repositoryId", branch, path, "pathHash", "documentId", "commitOid", "blobOid", message,
      "authorName", "authorEmail", "authorUserId", "createdAt", "sortTime")
    SELECT v.id, ${repositoryId}::uuid, ${branch}, f.path, f.hash, f.document, v.commit, v.blob, v.message,
      a.name, a.email, a."userId", to_timestamp(v.created), to_timestamp(v.sort)
    FROM ROWS FROM (json_to_recordset(${JSON.stringify(rows)}::json) AS (i uuid, c text, b text, m text,
      t double precision, s double precision, f int, a int))
      WITH ORDINALITY AS v(id, commit, blob, message, created, sort, file, author, nth)
    JOIN (SELECT path, hash, NULLIF(id, '')::uuid AS document, nth
      FROM unnest(${paths}::text[], ${paths!.map(pathHash)}::text[], ${documents}::text[])
        WITH ORDINALITY AS f(path, hash, id, nth)) f ON f.nth = v.file
    JOIN (SELECT name, email, NULLIF(id, '')::uuid AS "userId", nth
      FROM unnest(${names}::text[], ${emails}::text[], ${users}::text[])
        WITH ORDINALITY AS a(name, email, id, nth)) a ON a.nth = v.author
    ORDER BY v.nth
    ON CONFLICT DO NOTHING`;
}

/** Different rows of texts without NUL in a list, and their positions, from 1 on. */
class Positions {
  readonly #positions = new Map<string, number>();

  of(...row: string[]): number {
    const key = row.join('\0');
    const position = this.#positions.get(key) ?? this.#positions.size + 1;
    this.#positions.set(key, position);
    return position;
  }

  /** The texts of all rows, column by column. */
  columns(count: number): string[][] {
    const rows = [...this.#positions.keys()].map((key) => key.split('\0'));
    return Array.from({ length: count }, (_, column) => rows.map((row) => row[column]!));
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
