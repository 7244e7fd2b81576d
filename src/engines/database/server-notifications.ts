import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const channel = 'notebook_gateway';
/** The waits between two attempts to connect, in milliseconds; the last one repeats. */
const retryMs = [100, 300, 1_000];

/** Receives what a {@link ServerNotifications} listens to. */
export interface NotificationHandlers {
  /** Gets each text, also those of this process. Texts that were sent while it was not connected never come. */
  received(text: string): void;
  /** Called each time that the connection was made. */
  connected(): void;
}

/**
 * Texts of at most 7,999 bytes to all processes that are connected to a PostgreSQL database, over one connection of its own.
 * They are sent outside of every transaction that writes: the server lets one transaction with a `NOTIFY` commit at a time.
 * @see https://www.postgresql.org/docs/current/sql-notify.html
 */
export class ServerNotifications {
  readonly #connectionString: string;
  readonly #timeoutMs: number;
  readonly #closing = new AbortController();
  #client: pg.Client | undefined;
  /** Resolves when the last statement has its answer, or none. */
  #answered: Promise<unknown> = Promise.resolve();
  #running: Promise<void> | undefined;

  /**
   * @param options.timeoutMs how long to wait for the connection and for each answer, in milliseconds; default 10 s. The
   *   server is asked twice as often whether it answers.
   */
  constructor(connectionString: string, options: { timeoutMs?: number } = {}) {
    this.#connectionString = connectionString;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
  }

  /**
   * Begins to listen, and connects again by itself whenever the connection breaks. Resolves after the first attempt, whether
   * or not it succeeded; called once.
   */
  async listen(handlers: NotificationHandlers): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#running = this.#run(handlers, resolve);
    });
  }

  /** @throws Error when this process is not connected, or when the server does not answer in time */
  async send(text: string): Promise<void> {
    const client = this.#client;
    if (!client) throw new Error('The connection for notifications is not open.');
    await this.#ask(client, 'SELECT pg_notify($1, $2)', [channel, text]);
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(handlers: NotificationHandlers, firstAttempt: () => void): Promise<void> {
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const client = await this.#connect(handlers);
        failures = 0;
        handlers.connected();
        firstAttempt();
        await this.#untilEnd(client);
      } catch {
        // The database's other connections report why.
      }
      firstAttempt();
      const wait = retryMs[Math.min(failures, retryMs.length - 1)];
      await sleep(wait, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #connect({ received }: NotificationHandlers): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#connectionString,
      application_name: 'notebook-gateway-events',
      keepAlive: true,
      connectionTimeoutMillis: this.#timeoutMs,
      query_timeout: this.#timeoutMs,
    });
    // An error also ends the connection, and the listener of `end` handles that.
    client.on('error', () => undefined);
    client.on('notification', ({ payload }) => received(payload ?? ''));
    try {
      await client.connect();
      // Whoever misses a notification looks for itself, so the server need not wait for its disk.
      await client.query(`SET synchronous_commit = off; LISTEN ${channel}`);
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }

  /** Runs one statement after the other. A connection whose server does not answer is cut. */
  async #ask(client: pg.Client, statement: string, values: string[] = []): Promise<void> {
    const answer = this.#answered.then(() => client.query(statement, values));
    this.#answered = answer.catch(() => client.connection.stream.destroy());
    await answer;
  }

  /** Resolves when the connection has ended; ends it when the server is silent, or when this is closed. */
  async #untilEnd(client: pg.Client): Promise<void> {
    const { signal } = this.#closing;
    const ping = setInterval(
      () => this.#ask(client, 'SELECT 1').catch(() => undefined),
      this.#timeoutMs / 2,
    ).unref();
    const end = () => client.end().catch(() => client.connection.stream.destroy());
    signal.addEventListener('abort', end);
    this.#client = client;
    try {
      await new Promise<void>((resolve) => {
        client.once('end', resolve);
        if (signal.aborted) void end();
      });
    } finally {
      this.#client = undefined;
      clearInterval(ping);
      signal.removeEventListener('abort', end);
    }
  }
}
