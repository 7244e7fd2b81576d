import type { CommitLinks } from '../objects/commit-object.js';

/**
 * How many commits a walk goes on past the point where, by their dates, nothing can be found any more: clocks differ.
 * Git itself allows five (`revision.c`, SLOP).
 */
export const clockSlop = 256;

/** A queue of commits that gives the newest first. */
export class NewestFirst {
  private readonly heap: CommitLinks[] = [];

  get size(): number {
    return this.heap.length;
  }

  push(commit: CommitLinks): void {
    const { heap } = this;
    let at = heap.push(commit) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.time >= commit.time) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = commit;
  }

  pop(): CommitLinks | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.time > heap[child]!.time) child += 1;
      if (heap[child]!.time <= last!.time) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last!;
    return top;
  }
}
