import type { Commit } from './git-types.js';

/**
 * How many commits a walk goes on past the point where, by their dates, nothing can be found any more: clocks differ.
 * Git itself allows five (`revision.c`, SLOP).
 */
export const clockSlop = 256;

/** A queue of commits that gives the newest first. */
export class NewestFirst {
  private readonly heap: Commit[] = [];

  get size(): number {
    return this.heap.length;
  }

  push(commit: Commit): void {
    const { heap } = this;
    let at = heap.push(commit) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (time(heap[parent]!) >= time(commit)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = commit;
  }

  pop(): Commit | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && time(heap[child + 1]!) > time(heap[child]!)) child += 1;
      if (time(heap[child]!) <= time(last!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last!;
    return top;
  }
}

function time(commit: Commit): number {
  return commit.committer.date.getTime();
}
