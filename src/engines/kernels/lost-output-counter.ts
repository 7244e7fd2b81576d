/** `<session>_<pid>_<number>`, the message ids of jupyter_client's `Session`; the number grows by one a message. */
const numberedId = /^(.{1,128}_\d{1,10})_(\d{1,15})$/;

/** How many messages from before the run are remembered. */
const maxBefore = 100;

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
  /** The numbers of other messages from before the first one of the run that has arrived. */
  #before: number[] = [];

  /**
   * Call for every message that arrives during the run, from all channels.
   * @param isOfRun whether the run's request caused it. The first of those that the kernel sends need not arrive first: the
   *   reply comes on a channel of its own.
   */
  received(messageId: string, isOfRun: boolean): void {
    const number = this.#numberOf(messageId, isOfRun);
    if (number === null) return;
    if (number < this.#first && !isOfRun) {
      if (this.#before.length < maxBefore) this.#before.push(number);
      return;
    }
    if (number < this.#first) {
      this.#first = number;
      this.#seen += this.#before.filter((other) => other > number).length;
      this.#before = this.#before.filter((other) => other < number);
    }
    this.#last = Math.max(this.#last, number);
    this.#seen += 1;
  }

  /**
   * Call when a request of another client is complete: its reply has a number too, but only that client receives it.
   * @param messageId of the idle status after the reply
   */
  repliedElsewhere(messageId: string): void {
    const number = this.#numberOf(messageId, false);
    if (number !== null && number > this.#first) this.#seen += 1;
  }

  /** The number of a message of this kernel; null for others, and before the first message of the run. */
  #numberOf(messageId: string, isOfRun: boolean): number | null {
    const match = numberedId.exec(messageId);
    if (!match) return null;
    const number = Number(match[2]);
    if (this.#prefix === undefined && isOfRun) {
      this.#prefix = match[1];
      this.#first = number;
      this.#last = number;
    }
    return match[1] === this.#prefix ? number : null;
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
