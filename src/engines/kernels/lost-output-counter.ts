/** `<session>_<pid>_<number>`, the message ids of jupyter_client's `Session`; the number grows by one a message. */
const numberedId = /^(.{1,128}_\d{1,10})_(\d{1,15})$/;

/**
 * Counts the messages that a kernel sent during a run and that did not arrive. It uses the numbers in the message ids of
 * jupyter_client's `Session`, which number the messages of all channels together.
 * @see https://jupyter-client.readthedocs.io/en/stable/api/jupyter_client.html#jupyter_client.session.Session.msg_id
 */
export class LostOutputCounter {
  #prefix: string | undefined;
  #first = 0;
  #last = 0;
  #seen = 0;

  /** Call for every message that arrives during the run, from all channels. */
  received(messageId: string): void {
    const match = numberedId.exec(messageId);
    if (!match) return;
    const number = Number(match[2]);
    if (this.#prefix === undefined) {
      this.#prefix = match[1];
      this.#first = number;
      this.#last = number;
    }
    if (match[1] !== this.#prefix || number < this.#first) return;
    this.#last = Math.max(this.#last, number);
    this.#seen += 1;
  }

  /** Call when a request of another client is complete: its reply has a number too, but only that client receives it. */
  repliedElsewhere(): void {
    if (this.#prefix !== undefined) this.#seen += 1;
  }

  /** Call when it is reported that so many messages will not arrive. */
  reported(count: number): void {
    if (this.#prefix !== undefined) this.#seen += count;
  }

  /** How many messages are missing now; 0 for kernels whose message ids have no numbers. */
  get missing(): number {
    return this.#prefix === undefined ? 0 : Math.max(0, this.#last - this.#first + 1 - this.#seen);
  }
}
