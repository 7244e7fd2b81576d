import { jsonSize } from './event-codec.js';
import type { ExecutionEvent, OutputDropped } from './execution-event.js';

/** An event that is not written yet, with its size in characters of JSON. */
export interface PendingEvent {
  event: ExecutionEvent;
  size: number;
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
  #lost: { count: number; reason: OutputDropped['reason'] } | undefined;

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** Adds an event or drops it. Adjacent pieces of one stream become one event. */
  add(event: ExecutionEvent): Urgency {
    const size = event.type === 'stream' ? event.text.length + streamOverhead : jsonSize(event);
    const reason = this.#reasonToDrop(size);
    if (reason && !(event.type === 'error' && this.#reserveError(size))) {
      this.#lost = { count: (this.#lost?.count ?? 0) + 1, reason };
      return 'dropped';
    }
    const hasLost = this.addLost();
    if (this.#appendToStream(event, size)) return 'now';
    this.#push(event, size);
    const isOutput = event.type !== 'status' && event.type !== 'execute_input';
    return isOutput || hasLost ? 'now' : 'soon';
  }

  /** Adds an `output_lost` event when events were dropped since the last one. @returns whether it did */
  addLost(): boolean {
    if (!this.#lost) return false;
    const { count, reason } = this.#lost;
    this.#lost = undefined;
    this.#push({ type: 'output_lost', count, reason }, lostEventSize);
    return true;
  }

  /** Removes the oldest events, as many as one statement should write; at least one when there are any. */
  takeBatch(): PendingEvent[] {
    let size = 0;
    let count = 0;
    while (count < this.#pending.length && count < maxBatchEvents && (count === 0 || size < maxBatchSize)) {
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

  #appendToStream(event: ExecutionEvent, size: number): boolean {
    const last = this.#pending.at(-1);
    if (event.type !== 'stream' || last?.event.type !== 'stream') return false;
    if (last.event.name !== event.name || last.size + size > maxStreamSize) return false;
    last.event = { ...last.event, text: last.event.text + event.text };
    last.size += size;
    this.#count(size);
    return true;
  }

  #push(event: ExecutionEvent, size: number): void {
    this.#pending.push({ event, size });
    this.#count(size);
  }

  #count(size: number): void {
    this.#pendingSize += size;
    this.#logSize += size;
  }
}
