/** Counts what a run's kernel sent and did not arrive. */
export interface LostOutput {
  /** To be told of every message that arrives while the run goes on, on whichever channel. */
  arrived(messageId: string): void;
  /** A request of another client was done: its reply has a number too and is never seen here. */
  repliedElsewhere(): void;
  /** How many are missing by now; 0 for kernels whose message ids do not count. */
  readonly missing: number;
}

/**
 * Makes a {@link LostOutput} from the message ids that jupyter_client's `Session` gives: `<session>_<pid>_<number>`,
 * where the number grows by one a message over all channels.
 */
export function countLostOutput(): LostOutput {
  let prefix: string | undefined;
  let first = 0;
  let highest = 0;
  let seen = 0;

  return {
    arrived(messageId) {
      const match = /^(.{1,128}_\d{1,10})_(\d{1,15})$/.exec(messageId);
      if (!match) return;
      const number = Number(match[2]);
      if (prefix === undefined) {
        prefix = match[1];
        first = number;
        highest = number;
      }
      if (match[1] !== prefix || number < first) return;
      highest = Math.max(highest, number);
      seen += 1;
    },
    repliedElsewhere() {
      if (prefix !== undefined) seen += 1;
    },
    get missing() {
      return prefix === undefined ? 0 : Math.max(0, highest - first + 1 - seen);
    },
  };
}
