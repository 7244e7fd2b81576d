import { createHash } from 'node:crypto';
import pg from 'pg';

/** A name that this process holds alone. */
export interface Lease {
  /** Aborted when the lease was lost: the connection that held it broke. */
  lost: AbortSignal;
  release(): Promise<void>;
}

/** Names of which each has one holder at a time among the processes that share a database. */
export interface Leases {
  /**
   * Takes a name, or answers null while somebody holds it (this process, too). It is held until it is released, until
   * the process ends however it ends, or until the connection to the database breaks.
   */
  tryTake(name: string): Promise<Lease | null>;
  /** Whether somebody holds a name now. */
  isHeld(name: string): Promise<boolean>;
  close(): Promise<void>;
}

/** For the embedded database, which has one process: a set of names. */
export function createLocalLeases(): Leases {
  const held = new Set<string>();
  return {
    async tryTake(name) {
      if (held.has(name)) return null;
      held.add(name);
      return {
        lost: new AbortController().signal,
        release: async () => {
          held.delete(name);
        },
      };
    },
    isHeld: async (name) => held.has(name),
    close: async () => held.clear(),
  };
}

interface Connection {
  client: pg.Client;
  /** Ends it at once, and with it what it holds. */
  drop(): void;
}

/**
 * For the server's side of the connection: it frees the leases of a machine that lost its power, or the network, 25 s after
 * it last heard of it. The operating system's own limits are hours.
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-TCP-KEEPALIVES-IDLE
 */
const noticeGoneClient = `
  SET tcp_keepalives_idle = 10;
  SET tcp_keepalives_interval = 5;
  SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = 25000`;

/**
 * Session-level advisory locks of PostgreSQL, over one connection of its own that is opened when the first lease is
 * taken, and anew after it broke or a statement on it failed: a statement that was not answered in time may have taken a
 * lock that nobody knows of.
 * @param options `timeoutMs`: how long an answer is waited for, default 10 s
 * @see https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
 */
export function createServerLeases(connectionString: string, options: { timeoutMs?: number } = {}): Leases {
  const { timeoutMs = 10_000 } = options;
  const held = new Map<string, AbortController>();
  let connection: Promise<Connection> | undefined;

  function connect(): Promise<Connection> {
    connection ??= open().catch((error) => {
      connection = undefined;
      throw error;
    });
    return connection;
  }

  async function open(): Promise<Connection> {
    const client = new pg.Client({
      connectionString,
      application_name: 'notebook-gateway-leases',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
    });
    let isOpen = false;
    const drop = () => {
      // Once only: what is held later is another connection's.
      if (!isOpen) return;
      isOpen = false;
      connection = undefined;
      for (const controller of held.values()) controller.abort();
      held.clear();
      client.end().catch(() => undefined);
    };
    client.once('end', drop);
    // An error ends the connection, which is where it is handled.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(noticeGoneClient);
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    isOpen = true;
    return { client, drop };
  }

  async function ask(statement: string, name: string): Promise<boolean> {
    const { client, drop } = await connect();
    try {
      const { rows } = await client.query<{ yes: boolean }>(statement, [keyOf(name)]);
      return rows[0]!.yes;
    } catch (error) {
      drop();
      throw error;
    }
  }

  return {
    async tryTake(name) {
      if (held.has(name)) return null;
      const controller = new AbortController();
      // Before the answer: an advisory lock is given to the same connection twice.
      held.set(name, controller);
      const taken = await ask('SELECT pg_try_advisory_lock($1::bigint) AS yes', name).catch((error) => {
        if (held.get(name) === controller) held.delete(name);
        throw error;
      });
      if (!taken) {
        held.delete(name);
        return null;
      }
      return {
        lost: controller.signal,
        release: async () => {
          if (held.get(name) !== controller) return;
          held.delete(name);
          await ask('SELECT pg_advisory_unlock($1::bigint) AS yes', name);
        },
      };
    },

    async isHeld(name) {
      if (held.has(name)) return true;
      const free = await ask('SELECT pg_try_advisory_lock($1::bigint) AS yes', name);
      if (free) await ask('SELECT pg_advisory_unlock($1::bigint) AS yes', name);
      return !free;
    },

    async close() {
      const open = await connection?.catch(() => undefined);
      await open?.client.end();
    },
  };
}

/** The first 63 bits of the name's hash: advisory locks are numbers. */
function keyOf(name: string): string {
  return (
    createHash('sha256').update(`notebook-gateway:${name}`).digest().readBigInt64BE(0) >> 1n
  ).toString();
}
