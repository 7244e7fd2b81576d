import type { Prisma } from '../../../prisma/generated/client/client.js';
import type { Db } from './index-db.js';

/**
 * Inserts versions in their order, except for those that exist. All rows are one parameter: one for each value, as
 * `createMany` sends them, took over half of the time of a long import.
 * @param versions with ids, and with texts that PostgreSQL can store
 */
export async function insertVersions(db: Db, versions: Prisma.FileVersionCreateManyInput[]): Promise<void> {
  if (versions.length === 0) return;
  await db.$executeRaw`
    INSERT INTO "FileVersion" (id, "repositoryId", branch, path, "pathHash", "documentId", "commitOid", "blobOid", message,
      "authorName", "authorEmail", "authorUserId", "createdAt", "sortTime")
    SELECT id, "repositoryId", branch, path, "pathHash", "documentId", "commitOid", "blobOid", message,
      "authorName", "authorEmail", "authorUserId", "createdAt", "sortTime"
    FROM ROWS FROM (json_to_recordset(${JSON.stringify(versions)}::json) AS (id uuid, "repositoryId" uuid, branch text,
      path text, "pathHash" text, "documentId" uuid, "commitOid" text, "blobOid" text, message text, "authorName" text,
      "authorEmail" text, "authorUserId" uuid, "createdAt" timestamptz, "sortTime" timestamptz))
      WITH ORDINALITY AS v(id, "repositoryId", branch, path, "pathHash", "documentId", "commitOid", "blobOid", message,
      "authorName", "authorEmail", "authorUserId", "createdAt", "sortTime", nth)
    ORDER BY nth
    ON CONFLICT DO NOTHING`;
}

/** Inserts files of branches, as {@link insertVersions} does. No other row may have their keys. */
export async function insertFiles(db: Db, files: Prisma.BranchFileCreateManyInput[]): Promise<void> {
  if (files.length === 0) return;
  await db.$executeRaw`
    INSERT INTO "BranchFile" ("repositoryId", branch, path, "pathHash", "documentId", "blobOid", size, "lastCommitOid",
      "updatedAt")
    SELECT * FROM json_to_recordset(${JSON.stringify(files)}::json) AS f("repositoryId" uuid, branch text, path text,
      "pathHash" text, "documentId" uuid, "blobOid" text, size int, "lastCommitOid" text, "updatedAt" timestamptz)`;
}
