import { randomUUID } from 'node:crypto';
import { setImmediate as nextRound, setTimeout as sleep } from 'node:timers/promises';
import type { EventBus, Topics } from './event-bus.js';

/** Takes short texts to all processes on one database, this one included. */
export interface TextChannel {
  /**
   * Begins to listen, and connects again by itself whenever the connection breaks. Resolves after the first attempt.
   * @param handlers.received gets each text; texts that were sent while this process was not connected never come
   * @param handlers.connected called at each connection
   */
  listen(handlers: { received(text: string): void; connected(): void }): Promise<void>;
  /** Rejects when the text may not have been sent. */
  send(text: string): Promise<void>;
  close(): Promise<void>;
}

/** An event on its way. */
type Packed = [topic: keyof Topics, key: string, event: Topics[keyof Topics]];

/** What the processes send each other. */
interface Message {
  /** The sender, which ignores its own messages. */
  from: string;
  events?: Packed[];
  /** Since when events of the sender are missing, in milliseconds since 1970. */
  missedSince?: number;
}

/** PostgreSQL allows 7,999. */
const maxBytes = 7_500;
const maxWaiting = 10_000;
/** Each message is a transaction for the server, so there are at most a hundred a second. */
const pauseMs = 10;
const maxDeliveredPerRound = 20;
/** An event may have been published, and its message sent, somewhat earlier than a process noticed that it was cut off. */
const marginMs = 60_000;

/**
 * Connects the bus of this process with those of the other processes on the same database. Events wait in a bounded queue,
 * equal ones once, and several travel in one message. After a gap (a broken connection, a full queue), each process that may
 * have missed events reports that on its bus.
 */
export class EventLink {
  readonly #id = randomUUID();
  readonly #bus: EventBus;
  readonly #channel: TextChannel;
  /** The packed events, by themselves as JSON. */
  readonly #waiting = new Set<string>();
  readonly #arrived: Packed[] = [];
  /** Since when the other processes miss events of this one. */
  #missedSince: number | undefined;
  /** When this process was surely connected last. */
  #connectedAt = Date.now();
  #isSending = false;
  #isDelivering = false;
  #isClosed = false;

  constructor(bus: EventBus, channel: TextChannel) {
    this.#bus = bus;
    this.#channel = channel;
  }

  /** Begins to send and to receive. Resolves after the first attempt to connect; it never rejects. */
  async open(): Promise<void> {
    this.#bus.sendElsewhere((...event) => this.#add(event as Packed));
    await this.#channel.listen({
      received: (text) => this.#receive(text),
      connected: () => this.#connected(),
    });
  }

  /** Sends what waits, unless the server does not answer, then ends the connection. */
  async close(): Promise<void> {
    this.#bus.sendElsewhere(undefined);
    if (this.#waiting.size > 0) await this.#sendNext().catch(() => undefined);
    this.#isClosed = true;
    await this.#channel.close();
  }

  #add(event: Packed): void {
    if (this.#waiting.size >= maxWaiting) this.#forget();
    else this.#waiting.add(JSON.stringify(event));
    this.#startSending();
  }

  /** The other processes are to look for themselves what has changed. */
  #forget(): void {
    this.#waiting.clear();
    this.#missedSince ??= Date.now() - marginMs;
  }

  #startSending(): void {
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    // What the same task publishes next belongs into the same message.
    await nextRound();
    while (!this.#isClosed && (this.#waiting.size > 0 || this.#missedSince !== undefined)) {
      const sent = await this.#sendNext().then(
        () => true,
        () => false,
      );
      // The next connection starts it again.
      if (!sent) break;
      await sleep(pauseMs, undefined, { ref: false });
    }
    this.#isSending = false;
  }

  /** @throws what the channel throws; the other processes learn later that they miss something */
  async #sendNext(): Promise<void> {
    const missedSince = this.#missedSince;
    this.#missedSince = undefined;
    const events = this.#takeEvents();
    try {
      const head = { from: this.#id, missedSince } satisfies Message;
      await this.#channel.send(`${JSON.stringify(head).slice(0, -1)},"events":[${events.join()}]}`);
    } catch (error) {
      this.#forget();
      this.#missedSince = Math.min(missedSince ?? Number.POSITIVE_INFINITY, this.#missedSince!);
      throw error;
    }
  }

  #takeEvents(): string[] {
    const taken: string[] = [];
    let bytes = 0;
    for (const event of this.#waiting) {
      bytes += Buffer.byteLength(event) + 1;
      if (bytes > maxBytes && taken.length > 0) break;
      this.#waiting.delete(event);
      taken.push(event);
    }
    return taken;
  }

  #connected(): void {
    const since = this.#connectedAt;
    this.#connectedAt = Date.now();
    this.#bus.reportMissed(new Date(since - marginMs));
    if (this.#missedSince !== undefined) this.#startSending();
  }

  #receive(text: string): void {
    const message = parse(text);
    this.#connectedAt = Date.now();
    if (message.from === this.#id) return;
    if (message.missedSince !== undefined) this.#bus.reportMissed(new Date(message.missedSince));
    this.#arrived.push(...(message.events ?? []));
    if (this.#arrived.length > maxWaiting) {
      this.#arrived.length = 0;
      this.#bus.reportMissed(new Date(Date.now() - marginMs));
    }
    if (!this.#isDelivering) this.#deliver();
  }

  /** Over several rounds of the event loop, because an event may have a thousand listeners. */
  #deliver(): void {
    for (const [topic, key, event] of this.#arrived.splice(0, maxDeliveredPerRound)) {
      this.#bus.receive(topic, key, event);
    }
    this.#isDelivering = this.#arrived.length > 0;
    if (this.#isDelivering) setImmediate(() => this.#deliver());
  }
}

/** Only gateways of this installation can write to its database, so the form of their events is not checked. */
function parse(text: string): Message {
  try {
    return JSON.parse(text) as Message;
  } catch {
    return { from: '', missedSince: Date.now() - marginMs };
  }
}
