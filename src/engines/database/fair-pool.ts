import pg from 'pg';

/** What `connect` of a pool calls. */
type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (error?: unknown) => void,
) => void;

interface Waiting {
  connected: Connected;
  /** When it asked for a connection. */
  since: number;
  timer: NodeJS.Timeout | undefined;
}

/** How long one user of a pool waited for its connection, and how long it had it. */
export interface ConnectionUse {
  waitedMs: number;
  usedMs: number;
}

/** The connections of a pool. */
export interface PoolLoad {
  used: number;
  /** How many users wait for one. */
  waiting: number;
  max: number;
}

/**
 * A pool whose connections go to all who wait in rotation. What asks for one in the same iteration of the event loop waits as a
 * group, because it usually belongs to one request, e.g. to a query of 30 lists: another request then waits for one statement of
 * each group and not for all of them. Waiting longer than `connectionTimeoutMillis` is an error, as in `pg.Pool`.
 */
export class FairPool extends pg.Pool {
  /** By group, in the order in which they get the next connection. A group of which nothing waits is absent. */
  readonly #waiting = new Map<number, Waiting[]>();
  readonly #held = new WeakMap<object, { askedAt: number; since: number }>();
  #used = 0;
  #group = 0;
  #isGroupOpen = false;
  /** Called when a connection was given back. */
  onUsed: (use: ConnectionUse) => void = () => {};

  constructor(config: pg.PoolConfig) {
    super(config);
    this.on('release', (_error, client) => {
      const held = this.#held.get(client);
      if (!held) return;
      this.#held.delete(client);
      this.#leave();
      this.onUsed({ waitedMs: held.since - held.askedAt, usedMs: performance.now() - held.since });
    });
  }

  /** How much of it is used now. */
  get load(): PoolLoad {
    const waiting = [...this.#waiting.values()].reduce((sum, { length }) => sum + length, 0);
    return { used: this.#used, waiting, max: this.options.max };
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<pg.PoolClient> | undefined {
    if (!connected) {
      return new Promise((resolve, reject) => {
        this.connect((error, client) => (error ? reject(error) : resolve(client!)));
      });
    }
    if (this.#used < this.options.max && this.#waiting.size === 0) this.#enter(connected, performance.now());
    else this.#wait(connected);
    return undefined;
  }

  #enter(connected: Connected, askedAt: number): void {
    this.#used += 1;
    super.connect((error, client, release) => {
      if (client) this.#held.set(client, { askedAt, since: performance.now() });
      else this.#leave();
      connected(error, client, release);
    });
  }

  #leave(): void {
    this.#used -= 1;
    const [group, all] = this.#waiting.entries().next().value ?? [];
    if (group === undefined || !all) return;
    const next = all.shift()!;
    // Deleted first, so that the group comes last again.
    this.#waiting.delete(group);
    if (all.length > 0) this.#waiting.set(group, all);
    clearTimeout(next.timer);
    this.#enter(next.connected, next.since);
  }

  #wait(connected: Connected): void {
    const group = this.#openGroup();
    const waiting: Waiting = { connected, since: performance.now(), timer: undefined };
    const { connectionTimeoutMillis } = this.options;
    if (connectionTimeoutMillis) {
      waiting.timer = setTimeout(() => {
        const others = this.#waiting.get(group)!.filter((one) => one !== waiting);
        if (others.length > 0) this.#waiting.set(group, others);
        else this.#waiting.delete(group);
        connected(new Error('timeout exceeded when trying to connect'), undefined, () => {});
      }, connectionTimeoutMillis);
      waiting.timer.unref();
    }
    const all = this.#waiting.get(group);
    if (all) all.push(waiting);
    else this.#waiting.set(group, [waiting]);
  }

  /** The group of what asks for a connection in this iteration of the event loop. */
  #openGroup(): number {
    if (!this.#isGroupOpen) {
      this.#isGroupOpen = true;
      this.#group += 1;
      setImmediate(() => {
        this.#isGroupOpen = false;
      });
    }
    return this.#group;
  }
}
