import { randomUUID } from 'node:crypto';
import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import { isNotebookPath } from '../files/file-kind.js';
import type { GitRepository } from '../git/git-store.js';
import { chunk, knownDocuments } from './known-documents.js';
import { versionId } from './version-id.js';

/** The commits to import: reachable from `tip`, not from `from` (null: all, and what was indexed is replaced). */
export interface Range {
  repositoryId: string;
  branch: string;
  defaultBranch: string;
  /** The tip that the index stands for now; the import is a compare-and-swap on it. */
  indexed: string | null;
  from: string | null;
  tip: string;
}

interface FileState {
  documentId: string | null;
  blobOid: string;
  lastCommitOid: string;
  updatedAt: Date;
}

const rowsPerStatement = 1000;

/**
 * Reads a range of commits from Git and writes its files and versions in one transaction.
 *
 * A notebook keeps its id while its path stays on the branch. A path that is new to the branch takes, in this order:
 * the id that another branch gave the same path in the same commit (shared history), the id it was renamed from, the
 * id that the default branch has at the path, the id that the path had on this branch before, else a new one.
 */
export async function importRange(
  deps: { prisma: PrismaClient; git: GitRepository },
  range: Range,
): Promise<void> {
  const commits = [];
  for await (const entry of deps.git.history(range.from, range.tip)) commits.push(entry);
  const paths = [...new Set(commits.flatMap(({ changes }) => changes.map((change) => change.path)))];
  const known = await knownDocuments(deps.prisma, range, {
    commitOids: commits.map((c) => c.commit.oid),
    paths,
  });
  const users = await usersByEmail(deps.prisma, [...new Set(commits.map((c) => c.commit.author.email))]);

  const files = new Map<string, FileState>(known.current);
  const touched = new Set<string>();
  const inUse = new Set(known.inUse);
  const newDocuments: string[] = [];
  const versions: Prisma.FileVersionCreateManyInput[] = [];

  const free = (id: string | undefined) => (id !== undefined && !inUse.has(id) ? id : undefined);
  for (const { commit, changes } of commits) {
    const released = new Map<string, string>();
    for (const change of changes) {
      const old = change.oid === null ? files.get(change.path) : undefined;
      if (!old) continue;
      files.delete(change.path);
      touched.add(change.path);
      if (old.documentId) {
        released.set(change.path, old.documentId);
        inUse.delete(old.documentId);
      }
    }
    for (const change of changes) {
      if (change.oid === null) continue;
      const { path, oid } = change;
      let documentId: string | null = null;
      if (isNotebookPath(path)) {
        documentId =
          files.get(path)?.documentId ??
          free(known.byCommit.get(`${commit.oid}:${path}`)) ??
          free(change.renamedFrom === undefined ? undefined : released.get(change.renamedFrom)) ??
          free(known.onDefaultBranch.get(path)) ??
          free(released.get(path) ?? known.before.get(path)) ??
          null;
        if (!documentId) {
          documentId = randomUUID();
          newDocuments.push(documentId);
        }
        inUse.add(documentId);
      }
      files.set(path, {
        documentId,
        blobOid: oid,
        lastCommitOid: commit.oid,
        updatedAt: commit.committer.date,
      });
      touched.add(path);
      versions.push({
        id: versionId(range.repositoryId, range.branch, commit.oid, path),
        repositoryId: range.repositoryId,
        branch: range.branch,
        path,
        documentId,
        commitOid: commit.oid,
        blobOid: oid,
        message: storable(commit.message.trimEnd()),
        authorName: storable(commit.author.name),
        authorEmail: storable(commit.author.email),
        authorUserId: users.get(commit.author.email) ?? null,
        createdAt: commit.committer.date,
      });
    }
  }

  const rows: Prisma.BranchFileCreateManyInput[] = [];
  for (const path of touched) {
    const file = files.get(path);
    if (!file) continue;
    const size = await deps.git.blobSize(file.blobOid);
    rows.push({ repositoryId: range.repositoryId, branch: range.branch, path, size, ...file });
  }
  await write(deps.prisma, range, { touched: [...touched], rows, versions, newDocuments });
}

async function write(
  prisma: PrismaClient,
  range: Range,
  made: {
    touched: string[];
    rows: Prisma.BranchFileCreateManyInput[];
    versions: Prisma.FileVersionCreateManyInput[];
    newDocuments: string[];
  },
): Promise<void> {
  const { repositoryId, branch } = range;
  await prisma.$transaction(
    async (tx) => {
      if (range.from === null) {
        await tx.branchIndex.deleteMany({ where: { repositoryId, branch, tipOid: range.indexed ?? '' } });
        await tx.branchIndex.create({ data: { repositoryId, branch, tipOid: range.tip } });
      } else {
        const moved = await tx.branchIndex.updateMany({
          where: { repositoryId, branch, tipOid: range.from },
          data: { tipOid: range.tip },
        });
        if (moved.count !== 1) throw new Error('another replica indexed this branch in the meantime');
      }
      for (const ids of chunk(made.newDocuments, rowsPerStatement)) {
        await tx.notebookDocument.createMany({ data: ids.map((id) => ({ id, repositoryId })) });
      }
      for (const paths of chunk(made.touched, rowsPerStatement)) {
        await tx.branchFile.deleteMany({ where: { repositoryId, branch, path: { in: paths } } });
      }
      for (const data of chunk(made.rows, rowsPerStatement)) await tx.branchFile.createMany({ data });
      for (const data of chunk(made.versions, rowsPerStatement)) {
        await tx.fileVersion.createMany({ data, skipDuplicates: true });
      }
    },
    { timeout: 120_000, maxWait: 30_000 },
  );
}

async function usersByEmail(prisma: PrismaClient, emails: string[]): Promise<Map<string, string>> {
  const users = new Map<string, string>();
  for (const some of chunk(emails.map(storable), rowsPerStatement)) {
    const found = await prisma.user.findMany({
      where: { email: { in: some } },
      select: { id: true, email: true },
    });
    for (const user of found) users.set(user.email, user.id);
  }
  return users;
}

/** PostgreSQL's text holds neither NUL nor lone surrogates; a commit from outside may have both. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
