import type { CommMessage } from '../../engines/kernels/kernel-comms.js';
import { CommFeed, type CommItem, type CommItems } from './comm-feed.js';
import { clientMessageOfParent } from './comm-message-id.js';
import type { OutputCaptures } from './output-captures.js';

/** So soon followers get what widgets captured, in milliseconds, and so much later for each character. */
const showAfterMs = 200;
const showMsPerCharacter = 0.001;

/** Reports what happens on the comms of one kernel to those who follow them. */
export class CommReporter {
  readonly #captures: OutputCaptures;
  readonly #onNews: () => void;
  readonly #feed = new CommFeed();
  #timer: NodeJS.Timeout | undefined;
  #showAfterMs = showAfterMs;

  /**
   * @param captures what widgets captured is reported as an update of them
   * @param onNews called when a follower has something to read
   */
  constructor(captures: OutputCaptures, onNews: () => void) {
    this.#captures = captures;
    this.#onNews = onNews;
  }

  /** See {@link CommFeed.read}. */
  read(after: string): CommItems | undefined {
    return this.#feed.read(after);
  }

  /** See {@link CommFeed.end}. */
  end(): string {
    return this.#feed.end();
  }

  /** Reports a message of the kernel, if there is one. @returns it */
  received<T extends CommItem>(parentMessageId: string, event: T | undefined): T | undefined {
    if (event) this.#add(clientMessageOfParent(parentMessageId), event);
    return event;
  }

  /**
   * Reports that a client opened or closed a comm, which the kernel does not repeat. What else a client sends is for the kernel.
   * @param buffers of the message, as base64
   * @param messageId that the client chose for it
   */
  sent(
    { type, commId, targetName, data, metadata }: CommMessage,
    buffers: string[],
    messageId?: string,
  ): void {
    if (type === 'comm_msg') return;
    const item = { comm_id: commId, data, ...(buffers.length > 0 ? { buffers } : {}) };
    const opening = { target_name: targetName ?? '', metadata };
    this.#add(messageId, type === 'comm_open' ? { type, ...opening, ...item } : { type, ...item });
  }

  /** Something was captured. It is reported also while the cell runs; later after much, so that it does not take all the time. */
  captured(): void {
    if (this.#feed.isWatched) this.#timer ??= setTimeout(() => this.#show(), this.#showAfterMs).unref();
  }

  /** The followers do not know the widgets any more: they read the state anew. */
  reset(): void {
    this.#feed.reset();
    if (this.#feed.isWatched) this.#onNews();
  }

  /** Ends the reports of what was captured. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #add(messageId: string | undefined, item: CommItem): void {
    this.#feed.add(messageId === undefined ? item : { ...item, message_id: messageId });
    if (this.#feed.isWatched) this.#onNews();
  }

  #show(): void {
    this.#timer = undefined;
    const unshown = this.#captures.takeUnshown();
    const size = unshown.reduce((sum, one) => sum + one.size, 0);
    this.#showAfterMs = showAfterMs + size * showMsPerCharacter;
    for (const { commId, outputs } of unshown) {
      const data = { method: 'update', state: { outputs }, buffer_paths: [] };
      this.#add(undefined, { type: 'comm_msg', comm_id: commId, data });
    }
  }
}
