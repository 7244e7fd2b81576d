import type { Writable } from 'node:stream';
import { flushLine, pktLine, sideBand } from './pkt-line.js';

const keepAliveMs = 5_000;

/** Reports the result of a push to its client, within the client's capabilities. */
export class PushReport {
  readonly #isMultiplexed: boolean;
  readonly #timer: NodeJS.Timeout;

  readonly #output: Writable;
  readonly #capabilities: ReadonlySet<string>;

  constructor(output: Writable, capabilities: ReadonlySet<string>) {
    this.#output = output;
    this.#capabilities = capabilities;

    this.#isMultiplexed = capabilities.has('side-band-64k');
    // A proxy would close a connection on which nothing is sent.
    this.#timer = setInterval(() => this.#band(2, Buffer.alloc(0)), keepAliveMs);
  }

  /**
   * Ends the report; nothing may follow.
   * @param unpack `ok`, or why the pack was refused
   * @see https://git-scm.com/docs/gitprotocol-pack#_report_status
   */
  finish(unpack: string, results: { ref: string; reason: string | null }[]): void {
    this.stop();
    const lines = results.map(({ ref, reason }) =>
      pktLine(reason === null ? `ok ${ref}\n` : `ng ${ref} ${reason}\n`),
    );
    const report = Buffer.concat([pktLine(`unpack ${unpack}\n`), ...lines, flushLine]);
    const isWanted = this.#capabilities.has('report-status') || this.#capabilities.has('report-status-v2');
    if (isWanted && this.#isMultiplexed) this.#band(1, report);
    else if (isWanted) this.#output.write(report);
    if (this.#isMultiplexed) this.#output.write(flushLine);
  }

  /** Stops the keep-alive lines. Call it in `finally`. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #band(band: 1 | 2, bytes: Buffer): void {
    if (this.#isMultiplexed && this.#output.writable) this.#output.write(sideBand(band, bytes));
  }
}
