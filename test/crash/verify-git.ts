import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { instanceOfTempName } from '../../src/engines/git/durability/temp-name.js';
import { branchTips, git, gitLines } from './git.js';
import type { AcknowledgedSave, Ledger } from './ledger.js';

/**
 * Looks with native git for all that was acknowledged in one repository: sound objects, commits on their branches, files
 * as they were sent, nothing done twice, and nothing left behind that would be in the way.
 * @returns one sentence for each fault
 */
export async function verifyRepository(at: {
  gitdir: string;
  id: string;
  ledger: Ledger;
}): Promise<string[]> {
  const saves = at.ledger.saves.filter(({ repositoryId }) => repositoryId === at.id);
  const parts = [
    await fsckFaults(at.gitdir),
    await branchFaults(at),
    await fileFaults(at.gitdir, saves),
    await repeatFaults(at.gitdir),
    await leftovers(at.gitdir),
  ];
  return parts.flat();
}

async function fsckFaults(gitdir: string): Promise<string[]> {
  try {
    const lines = await gitLines(gitdir, ['fsck', '--full', '--strict', '--no-progress']);
    return lines.filter((line) => !line.startsWith('dangling ')).map((line) => `fsck: ${line}`);
  } catch (error) {
    return [`fsck: ${(error as Error).message}`];
  }
}

async function branchFaults(at: { gitdir: string; id: string; ledger: Ledger }): Promise<string[]> {
  const { saves, pushes, replaced } = at.ledger;
  const commits = new Map<string, Set<string>>();
  for (const branch of (await branchTips(at.gitdir)).keys()) {
    commits.set(branch, new Set(await gitLines(at.gitdir, ['rev-list', `refs/heads/${branch}`])));
  }
  const isLost = ({ repositoryId, branch, commitOid }: (typeof pushes)[number]) =>
    repositoryId === at.id && !replaced.has(commitOid) && !commits.get(branch)?.has(commitOid);
  return [
    ...saves
      .filter(isLost)
      .map(({ tag, commitOid, branch }) => `save ${tag} (${commitOid}) is not on ${branch}`),
    ...pushes.filter(isLost).map(({ commitOid, branch }) => `push ${commitOid} is not on ${branch}`),
  ];
}

async function fileFaults(gitdir: string, saves: AcknowledgedSave[]): Promise<string[]> {
  const questions = saves.flatMap(({ tag, commitOid, files, bases }) => [
    ...files.map(({ path, oid }) => ({ tag, oid, name: `${commitOid}:${path}` })),
    ...bases.map(({ path, oid }) => ({ tag, oid, name: `${commitOid}^:${path}` })),
  ]);
  const input = questions.map(({ name }) => `${name}\n`).join('');
  const answers = await gitLines(gitdir, ['cat-file', '--batch-check=%(objectname)'], input);
  return questions.flatMap(({ tag, oid, name }, i) => {
    const found = answers[i]?.endsWith(' missing') ? null : answers[i];
    return found === oid ? [] : [`save ${tag}: ${name} is ${found}, not ${oid}`];
  });
}

/** Each message begins with the tag of one save: a tag in two commits is a request that ran twice. */
async function repeatFaults(gitdir: string): Promise<string[]> {
  const tags = await gitLines(gitdir, ['log', '--branches', '--no-merges', '--format=%s']);
  const seen = new Set<string>();
  const repeated = tags.filter((tag) => seen.size === seen.add(tag).size);
  return [...new Set(repeated)].map((tag) => `"${tag}" was committed more than once`);
}

/** What stays for so long that it is not in use. */
async function leftovers(gitdir: string): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    const entries = await readdir(gitdir, { recursive: true, withFileTypes: true });
    const left = entries.filter(({ name }) => isInTheWay(name) || instanceOfTempName(name) !== null);
    if (left.length === 0 || tries === looks)
      return left.map(({ name, parentPath }) => `${join(parentPath, name)} was left behind`);
    await sleep(500);
  }
}

const looks = 20;

/** The commit graph's lock is in nobody's way but maintenance's, which removes an old one itself. */
function isInTheWay(name: string): boolean {
  return name.endsWith('.lock') && name !== 'commit-graph-chain.lock';
}

/** How much there is in a repository. */
export async function repositorySize(gitdir: string): Promise<{ commits: number; packs: number }> {
  const commits = Number(await git(gitdir, ['rev-list', '--count', '--branches']));
  const packs = (await readdir(join(gitdir, 'objects/pack'))).filter((name) => name.endsWith('.pack')).length;
  return { commits, packs };
}
