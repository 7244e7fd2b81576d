import type { WidgetMessage } from './widget-messages.js';
import { recordOf } from './widget-models.js';

/** Of one message, in characters: what the gateway takes. */
const maxData = 1_000_000;
const maxBuffers = 8_000_000;
const maxBufferCount = 1_000;
/** Of one frame. */
const maxPerSecond = 30;
const maxInFlight = 16;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What one frame may have sent: messages of the right form and size, and not too many. */
export class MessageLimit {
  #inFlight = 0;
  #left = maxPerSecond;
  #at = 0;

  /**
   * Counts a message that the frame wants to have sent.
   * @param now in milliseconds
   * @returns whether it may be; then {@link done} has to follow
   */
  begin(now: number): boolean {
    this.#left = Math.min(maxPerSecond, this.#left + ((now - this.#at) / 1_000) * maxPerSecond);
    this.#at = now;
    if (this.#left < 1 || this.#inFlight >= maxInFlight) return false;
    this.#left -= 1;
    this.#inFlight += 1;
    return true;
  }

  /** A message was sent, or refused. */
  done(): void {
    this.#inFlight -= 1;
  }
}

/** Reads what a frame sent as a message on a comm; undefined where it is none that may be sent. */
export function readMessage(value: unknown): WidgetMessage | undefined {
  const { type, commId, data, buffers, messageId } = recordOf(value);
  if (type !== 'send' || typeof commId !== 'string') return undefined;
  if (typeof messageId !== 'string' || !uuid.test(messageId)) return undefined;
  if (!Array.isArray(buffers) || buffers.length > maxBufferCount) return undefined;
  if (!buffers.every((one) => typeof one === 'string')) return undefined;
  if (buffers.reduce((sum: number, { length }) => sum + length, 0) > maxBuffers) return undefined;
  const text = textOf(data);
  if (text === undefined || text.length > maxData || !text.startsWith('{')) return undefined;
  return { type, commId, data: JSON.parse(text), buffers, messageId };
}

function textOf(data: unknown): string | undefined {
  try {
    return JSON.stringify(data);
  } catch {
    return undefined;
  }
}
