import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { BranchQueue } from '../commits/branch-queue.js';

/** How long saves wait for a push to begin and then to end, at the most, and how seldom they do so on one branch. */
const turnMs = 2_000;
const betweenTurnsMs = 10_000;
/** How long the saves that came before may take until the turn begins. */
const longestStartMs = 1_000;
const rememberedMs = 60_000;
const mostRemembered = 1_000;
const mostBranches = 4;
/** Of all tips that are remembered; where there are too many branches for it, a push takes its chance. */
const mostTipBytes = 16 * 1024 * 1024;
/** What a tip takes besides its branch's name: the id, two strings and a place in a map. */
const bytesATip = 160;

/** The branches of a repository with their tips. */
export type Tips = { name: string; oid: string }[];

/** What saves to one branch wait for. */
interface Turn {
  pusher: string;
  /** The push has begun: gives it time to end, once. */
  extend(): void;
  end(): void;
}

/** One user on one repository. */
export interface Pusher {
  userId: string;
  repositoryId: string;
}

/**
 * Lets pushes in between saves. Whoever saves often moves the branch between each pull and push of a git client, whose
 * push then is never based on the tip. So when that was seen to happen to a user, their next fetch opens a turn: saves to
 * the branch wait in its queue until the push is through: two seconds at the most until it begins, two more once it has,
 * and once in ten seconds.
 */
export class PushTurns {
  private readonly fetched = new LRUCache<string, Map<string, string>>({
    max: 500,
    maxSize: mostTipBytes,
    sizeCalculation: tipBytes,
    ttl: rememberedMs,
  });
  private readonly missed = new LRUCache<string, string[]>({ max: mostRemembered, ttl: rememberedMs });
  private readonly recent = new LRUCache<string, true>({ max: mostRemembered, ttl: betweenTurnsMs });
  private readonly open = new Map<string, Turn>();

  constructor(private readonly queue: BranchQueue) {}

  /** A fetch begins: opens the turns that are due, so that what it fetches is what a push may be based on. */
  async beforeFetch(pusher: Pusher): Promise<void> {
    const branches = this.missed.get(keyOf(pusher)) ?? [];
    this.missed.delete(keyOf(pusher));
    const started = branches.map((branch) => this.begin(pusher, branch));
    if (started.length > 0) await Promise.race([Promise.all(started), sleep(longestStartMs)]);
  }

  /** A fetch has read the tips. */
  afterFetch(pusher: Pusher, tips: Tips): void {
    this.fetched.set(keyOf(pusher), new Map(tips.map(({ name, oid }) => [name, oid])));
  }

  /**
   * A push asks for the tips: those that moved since the fetch it cannot move.
   * @param tips of the branches that the user may push to
   */
  beforePush(pusher: Pusher, tips: Tips): void {
    for (const turn of this.turnsOf(pusher)) turn.extend();
    const known = this.fetched.get(keyOf(pusher));
    if (!known) return;
    this.miss(
      pusher,
      tips.filter(({ name, oid }) => known.has(name) && known.get(name) !== oid).map(({ name }) => name),
    );
  }

  /** A push came too late for these branches. */
  miss(pusher: Pusher, branches: string[]): void {
    if (branches.length > 0) this.missed.set(keyOf(pusher), branches.slice(0, mostBranches));
  }

  /** Moves a branch: at once in a turn of this user's, else in the branch's queue. */
  run<T>(pusher: Pusher, branch: string, move: () => Promise<T>): Promise<T> {
    const key = `${pusher.repositoryId}:${branch}`;
    return this.open.get(key)?.pusher === keyOf(pusher) ? move() : this.queue.run(key, move);
  }

  /** A push was answered: its user's turns on the repository are over. */
  afterPush(pusher: Pusher): void {
    for (const turn of this.turnsOf(pusher)) turn.end();
  }

  private turnsOf(pusher: Pusher): Turn[] {
    return [...this.open.values()].filter((turn) => turn.pusher === keyOf(pusher));
  }

  /** Resolves once saves wait, or it is known that they will not. */
  private begin(pusher: Pusher, branch: string): Promise<void> {
    const key = `${pusher.repositoryId}:${branch}`;
    if (this.recent.has(key)) return Promise.resolve();
    this.recent.set(key, true);
    return new Promise((started) => {
      const hold = () =>
        new Promise<void>((resolve) => {
          const end = () => {
            clearTimeout(timer);
            this.open.delete(key);
            resolve();
          };
          let timer = setTimeout(end, turnMs);
          let extend = () => {
            clearTimeout(timer);
            timer = setTimeout(end, turnMs);
            extend = () => {};
          };
          this.open.set(key, { pusher: keyOf(pusher), extend: () => extend(), end });
          started();
        });
      this.queue.run(key, hold).catch(() => started());
    });
  }
}

function tipBytes(tips: Map<string, string>): number {
  let bytes = bytesATip;
  for (const name of tips.keys()) bytes += bytesATip + 2 * name.length;
  return bytes;
}

function keyOf({ userId, repositoryId }: Pusher): string {
  return `${userId}:${repositoryId}`;
}
