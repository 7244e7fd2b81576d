import type { CommitLinks } from '../objects/commit-object.js';
import { clockSlop, NewestFirst } from './commit-walk.js';

interface Mark {
  parents: string[];
  time: number;
  /** Reachable from the excluded commit. */
  excluded: boolean;
}

/**
 * The ids of the commits reachable from `to` and not from `from` (null: all), parents before children, else the older
 * first: `git rev-list --topo-order --reverse from..to`. Of each commit only its parents and date are kept.
 * @param most null is answered as soon as more commits than this were looked at
 */
export async function commitRange(
  readLinks: (oid: string) => Promise<CommitLinks>,
  from: string | null,
  to: string,
  most: number,
): Promise<string[] | null> {
  const marks = await markRange(readLinks, from, to, most);
  return marks && oldestFirst(marks);
}

async function markRange(
  readLinks: (oid: string) => Promise<CommitLinks>,
  from: string | null,
  to: string,
  most: number,
): Promise<Map<string, Mark> | null> {
  const marks = new Map<string, Mark>();
  const queue = new NewestFirst();
  let includedInQueue = 0;
  let slop = clockSlop;
  const meet = async (oid: string, excluded: boolean) => {
    const known = marks.get(oid);
    if (known) {
      if (excluded) includedInQueue -= exclude(marks, oid, queued);
      return;
    }
    const commit = await readLinks(oid);
    marks.set(oid, { parents: commit.parents, time: commit.time, excluded });
    queue.push(commit);
    queued.add(oid);
    if (!excluded) includedInQueue += 1;
  };
  const queued = new Set<string>();
  if (from !== null) await meet(from, true);
  await meet(to, false);
  for (let commit = queue.pop(); commit; commit = queue.pop()) {
    queued.delete(commit.oid);
    const { excluded } = marks.get(commit.oid)!;
    if (!excluded) includedInQueue -= 1;
    // Only excluded commits are left: go on a little, for one of them may still lead into the range.
    if (includedInQueue === 0 && excluded && --slop === 0) break;
    if (includedInQueue > 0) slop = clockSlop;
    for (const parent of commit.parents) await meet(parent, excluded);
    if (marks.size > most) return null;
  }
  for (const [oid, mark] of marks) if (mark.excluded) marks.delete(oid);
  return marks;
}

/** Excludes a commit met before and what was met below it; returns how many of them were included and in the queue. */
function exclude(marks: Map<string, Mark>, oid: string, queued: Set<string>): number {
  let count = 0;
  const pending = [oid];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const mark = marks.get(next);
    if (!mark || mark.excluded) continue;
    mark.excluded = true;
    if (queued.has(next)) count += 1;
    pending.push(...mark.parents);
  }
  return count;
}

function oldestFirst(marks: Map<string, Mark>): string[] {
  const children = new Map<string, string[]>();
  const missing = new Map<string, number>();
  const ready: string[] = [];
  for (const [oid, mark] of marks) {
    const parents = [...new Set(mark.parents)].filter((parent) => marks.has(parent));
    missing.set(oid, parents.length);
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), oid]);
    if (parents.length === 0) ready.push(oid);
  }
  const newestFirst = (a: string, b: string) => marks.get(b)!.time - marks.get(a)!.time;
  ready.sort(newestFirst);
  const order: string[] = [];
  for (let oid = ready.pop(); oid; oid = ready.pop()) {
    order.push(oid);
    const freed = (children.get(oid) ?? []).filter((child) => {
      missing.set(child, missing.get(child)! - 1);
      return missing.get(child) === 0;
    });
    ready.push(...freed.sort(newestFirst));
  }
  return order;
}
