import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { branchTips, git, gitLines } from './git.js';
import type { SavingClient } from './saving-client.js';

/**
 * Compares what the database holds of a repository with what native git says: tips, files and versions of each branch,
 * and the notebooks' ids with the answers that the clients got.
 * @returns one sentence for each fault
 */
export async function verifyDatabase(
  prisma: PrismaClient,
  at: { gitdir: string; id: string; clients: SavingClient[] },
): Promise<string[]> {
  const faults: string[] = [];
  const tips = await branchTips(at.gitdir);
  for (const [branch, tip] of tips) {
    const where = { repositoryId: at.id, branch };
    const index = await prisma.branchIndex.findUnique({ where: { repositoryId_branch: where } });
    if (index?.tipOid !== tip) {
      faults.push(`${branch} is indexed at ${index?.tipOid}, not at ${tip}`);
      continue;
    }
    const files = await prisma.branchFile.findMany({ where });
    const versions = await prisma.fileVersion.findMany({ where, orderBy: { position: 'asc' } });
    const newest = new Map(versions.map(({ path, blobOid }) => [path, blobOid]));
    faults.push(
      ...difference(`files of ${branch}`, {
        database: files.map(({ path, blobOid, size }) => `${blobOid} ${size} ${path}`),
        git: await filesAt(at.gitdir, tip),
      }),
      ...difference(`versions of ${branch}`, {
        database: versions.map(({ commitOid, path, blobOid }) => `${commitOid} ${blobOid} ${path}`),
        git: await versionsAt(at.gitdir, tip),
      }),
      ...files
        .filter(({ path, blobOid }) => newest.get(path) !== blobOid)
        .map(({ path }) => `the newest version of ${path} on ${branch} is not the file`),
    );
    const known = new Map(files.map((file) => [file.path, file]));
    for (const { target, files: own } of at.clients) {
      if (target.repositoryId !== at.id || target.branch !== branch) continue;
      for (const { path, oid, notebookId } of own.all()) {
        const found = known.get(path);
        if (found?.blobOid !== oid) faults.push(`${path} on ${branch} is ${found?.blobOid}, not ${oid}`);
        if (notebookId && found?.documentId !== notebookId)
          faults.push(`${path} on ${branch} has the id ${found?.documentId}, not ${notebookId}`);
      }
    }
  }
  return faults;
}

async function filesAt(gitdir: string, tip: string): Promise<string[]> {
  const listed = await git(gitdir, ['ls-tree', '-r', '-z', '--full-tree', '-l', tip]);
  return listed
    .split('\0')
    .filter(Boolean)
    .map((line) => /^100\d{3} blob ([0-9a-f]{40}) +(\d+)\t(.*)$/s.exec(line)!)
    .map(([, oid, size, path]) => `${oid} ${size} ${path}`);
}

/** Each file that a commit left other than its parent had it; of a merge those that differ from all parents. */
async function versionsAt(gitdir: string, tip: string): Promise<string[]> {
  const lines = await gitLines(gitdir, [
    ...['log', '--format=commit %H', '--raw', '-c', '--no-renames', '--no-abbrev', '--root', tip],
  ]);
  let commit = '';
  return lines.flatMap((line) => {
    if (line.startsWith('commit ')) commit = line.slice(7);
    const change = /^:+(?:\d{6} )+(?:[0-9a-f]{40} )*([0-9a-f]{40}) [A-Z]+\t(.*)$/.exec(line);
    return change && !/^0+$/.test(change[1]!) ? [`${commit} ${change[1]} ${change[2]}`] : [];
  });
}

const maxReported = 5;

function difference(what: string, { database, git }: { database: string[]; git: string[] }): string[] {
  const [inDatabase, inGit] = [new Set(database), new Set(git)];
  const missing = git.filter((row) => !inDatabase.has(row));
  const wrong = database.filter((row) => !inGit.has(row));
  return [
    ...missing.slice(0, maxReported).map((row) => `${what}: the database lacks ${row}`),
    ...wrong.slice(0, maxReported).map((row) => `${what}: the database has ${row}`),
    ...(missing.length + wrong.length > maxReported
      ? [`${what}: ${missing.length} are missing and ${wrong.length} are wrong`]
      : []),
    ...(database.length > inDatabase.size ? [`${what}: the database has some twice`] : []),
  ];
}
