import { jsonSize } from './event-codec.js';
import type { ExecutionEvent, LogState, OutputDropped } from './execution-event.js';

/** An event that is not written yet, with its size in characters of JSON. */
export interface PendingEvent {
  event: ExecutionEvent;
  size: number;
  /** Where the relay has the last message that the event contains; 0 without a relay. */
  position: number;
}

/** When an added event should be written; `dropped` is never. */
export type Urgency = 'now' | 'soon' | 'dropped';

/** All sizes in characters of JSON. */
const maxBacklogSize = 64 * 1024 * 1024;
const maxLogSize = 512 * 1024 * 1024;
const maxBatchSize = 1024 * 1024;
const maxBatchEvents = 500;
const maxStreamSize = 64 * 1024;
/** What an event has beside its text. */
const streamOverhead = 40;
const lostEventSize = 60;
/** A log that is full says so many dropped events, or of such a size, in one event. Until then a relay keeps their messages. */
const maxUnsaidEvents = 10_000;
const maxUnsaidSize = 32 * 1024 * 1024;
/** What exceptions may take beyond the other limits: a run whose output is too much ends with one, as a rule. */
const maxErrorsSize = 4 * 1024 * 1024;

/**
 * The events of one log that wait for the database. Beyond the limits of the backlog and of the log, events are
 * dropped, and an `output_lost` event says how many.
 */
export class LogBacklog {
  #pending: PendingEvent[] = [];
  #pendingSize = 0;
  #logSize = 0;
  #errorsSize = 0;
  #lost: { count: number; size: number; reason: OutputDropped['reason']; position: number } | undefined;
  #isBegun: boolean;

  /** @param isBegun whether it is known what the log has already, so that {@link begin} is not called; default true */
  constructor(isBegun = true) {
    this.#isBegun = isBegun;
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** Whether events were dropped of which no event says that yet. */
  get hasLost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Notes what the log has already, and forgets the events that are part of it: a relay sends them again. Until then, pieces
   * of a stream are kept apart.
   */
  begin({ size, position }: Pick<LogState, 'size' | 'position'>): void {
    this.#isBegun = true;
    this.#logSize += size;
    this.#pending = this.#pending.filter((one) => {
      const isKnown = one.position > 0 && one.position <= position;
      if (isKnown) this.#count(-one.size);
      return !isKnown;
    });
  }

  /**
   * Adds an event or drops it. Adjacent pieces of one stream become one event.
   * @param position of its message in the relay's spool; default none
   */
  add(event: ExecutionEvent, position = 0): Urgency {
    const size = event.type === 'stream' ? event.text.length + streamOverhead : jsonSize(event);
    const reason = this.#reasonToDrop(size);
    if (reason && !(event.type === 'error' && this.#reserveError(size))) {
      return this.#drop(size, reason, position);
    }
    const hasLost = this.addLost();
    if (this.#appendToStream(event, size, position)) return 'now';
    this.#push({ event, size, position });
    const isOutput = event.type !== 'status' && event.type !== 'execute_input';
    return isOutput || hasLost ? 'now' : 'soon';
  }

  /** Adds an `output_lost` event when events were dropped since the last one. @returns whether it did */
  addLost(): boolean {
    if (!this.#lost) return false;
    const { count, reason, position } = this.#lost;
    this.#lost = undefined;
    this.#push({ event: { type: 'output_lost', count, reason }, size: lostEventSize, position });
    return true;
  }

  /**
   * Removes the oldest events, as many as one statement should write; at least one when there are any. Those of one message stay
   * together: once one of them is written, the log has the position of that message.
   */
  takeBatch(): PendingEvent[] {
    let size = 0;
    let count = 0;
    const isFull = () => count >= maxBatchEvents || (count > 0 && size >= maxBatchSize);
    while (count < this.#pending.length && (!isFull() || this.#isOfOneMessage(count))) {
      size += this.#pending[count]!.size;
      count++;
    }
    const batch = this.#pending.slice(0, count);
    this.#pending = this.#pending.slice(count);
    this.#pendingSize -= size;
    return batch;
  }

  /** Forgets the events that wait. */
  clear(): void {
    this.#pending = [];
    this.#lost = undefined;
  }

  #drop(size: number, reason: OutputDropped['reason'], position: number): Urgency {
    const before = this.#lost ?? { count: 0, size: 0 };
    const lost = { count: before.count + 1, size: before.size + size, reason, position };
    this.#lost = lost;
    const isMuch = lost.count >= maxUnsaidEvents || lost.size >= maxUnsaidSize;
    // What waits for the database goes on then, and says it.
    return reason === 'log_limit' && isMuch && this.addLost() ? 'now' : 'dropped';
  }

  #reasonToDrop(size: number): OutputDropped['reason'] | undefined {
    if (this.#logSize + size > maxLogSize) return 'log_limit';
    return this.#pendingSize + size > maxBacklogSize ? 'backlog' : undefined;
  }

  /** Whether an exception fits into what is kept for them. */
  #reserveError(size: number): boolean {
    const fits = this.#errorsSize + size <= maxErrorsSize;
    if (fits) this.#errorsSize += size;
    return fits;
  }

  #appendToStream(event: ExecutionEvent, size: number, position: number): boolean {
    const last = this.#isBegun ? this.#pending.at(-1) : undefined;
    if (event.type !== 'stream' || last?.event.type !== 'stream') return false;
    if (last.event.name !== event.name || last.size + size > maxStreamSize) return false;
    last.event = { ...last.event, text: last.event.text + event.text };
    last.size += size;
    last.position = position;
    this.#count(size);
    return true;
  }

  /** Whether the event at an index is of the same message as the one before it. */
  #isOfOneMessage(index: number): boolean {
    const { position } = this.#pending[index]!;
    return position > 0 && this.#pending[index - 1]?.position === position;
  }

  #push(pending: PendingEvent): void {
    this.#pending.push(pending);
    this.#count(pending.size);
  }

  #count(size: number): void {
    this.#pendingSize += size;
    this.#logSize += size;
  }
}
