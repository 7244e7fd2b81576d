import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Lease, Leases } from './leases.js';

/**
 * Makes the server free the leases of a client whose machine lost power or network, 25 s after the last sign of life. The
 * operating system's own limits are hours.
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-TCP-KEEPALIVES-IDLE
 */
const detectGoneClient = `
  SET tcp_keepalives_idle = 10;
  SET tcp_keepalives_interval = 5;
  SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = 25000`;

const tryLock = 'SELECT pg_try_advisory_lock($1::bigint) AS yes';
const unlock = 'SELECT pg_advisory_unlock($1::bigint) AS yes';

/**
 * Leases as session-level advisory locks of PostgreSQL, over one connection of its own. The first lease opens the
 * connection. After the connection broke or a statement on it failed, the next lease opens a new one: a statement without
 * an answer may have taken a lock that this process does not know of.
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export class ServerLeases implements Leases {
  readonly #connectionString: string;
  readonly #timeoutMs: number;
  readonly #held = new Map<string, AbortController>();
  #connecting: Promise<pg.Client> | undefined;
  /** The client of `#connecting` from when it is usable until it is dropped. */
  #usable: pg.Client | undefined;

  /** @param options.timeoutMs how long to wait for the connection and for each answer, in milliseconds; default 10 s */
  constructor(connectionString: string, options: { timeoutMs?: number } = {}) {
    this.#connectionString = connectionString;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
  }

  async tryTake(name: string): Promise<Lease | null> {
    if (this.#held.has(name)) return null;
    const controller = new AbortController();
    // Before the answer, because PostgreSQL gives the same connection an advisory lock twice.
    this.#held.set(name, controller);
    const taken = await this.#ask(tryLock, name).catch((error) => {
      this.#forget(name, controller);
      throw error;
    });
    if (!taken) {
      this.#held.delete(name);
      return null;
    }
    return { lost: controller.signal, release: () => this.#release(name, controller) };
  }

  async isHeld(name: string): Promise<boolean> {
    if (this.#held.has(name)) return true;
    const free = await this.#ask(tryLock, name);
    if (free) await this.#ask(unlock, name);
    return !free;
  }

  async close(): Promise<void> {
    const client = await this.#connecting?.catch(() => undefined);
    await client?.end();
  }

  async #release(name: string, controller: AbortController): Promise<void> {
    if (this.#forget(name, controller)) await this.#ask(unlock, name);
  }

  /** Whether `controller` was the holder; the name may have a newer one. */
  #forget(name: string, controller: AbortController): boolean {
    return this.#held.get(name) === controller && this.#held.delete(name);
  }

  async #ask(statement: string, name: string): Promise<boolean> {
    const client = await this.#connect();
    try {
      const { rows } = await client.query<{ yes: boolean }>(statement, [lockKey(name)]);
      return rows[0]!.yes;
    } catch (error) {
      this.#drop(client);
      throw error;
    }
  }

  #connect(): Promise<pg.Client> {
    this.#connecting ??= this.#open().catch((error) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }

  async #open(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#connectionString,
      application_name: 'notebook-gateway-leases',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: this.#timeoutMs,
      query_timeout: this.#timeoutMs,
    });
    client.once('end', () => this.#drop(client));
    // An error also ends the connection, and the listener of `end` handles that.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(detectGoneClient);
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    this.#usable = client;
    return client;
  }

  /** Ends a connection immediately; its leases are lost. */
  #drop(client: pg.Client): void {
    // Only once for each client: what is held later belongs to another connection.
    if (this.#usable !== client) return;
    this.#usable = undefined;
    this.#connecting = undefined;
    for (const controller of this.#held.values()) controller.abort();
    this.#held.clear();
    client.end().catch(() => undefined);
  }
}

/** The first 63 bits of the name's hash, because advisory locks are numbers. */
function lockKey(name: string): string {
  const hash = createHash('sha256').update(`notebook-gateway:${name}`).digest();
  return (hash.readBigInt64BE(0) >> 1n).toString();
}
