import type { KernelEvent, MimeBundle } from '../engines/kernels/kernel-event.js';
import { jsonSize } from './event-codec.js';
import type { OutputDropped } from './execution-event.js';
import { KeptStream } from './kept-stream.js';
import type { NotebookOutput } from './notebook-output.js';
import { shortError } from './short-error.js';

type Display = KernelEvent & { type: 'display_data' | 'execute_result' };

interface KeptDisplay {
  output: NotebookOutput;
  displayId: string | undefined;
  /** In characters of JSON, with the id. */
  size: number;
  /** Whether its last update did not fit. */
  isStale: boolean;
}

interface KeptError {
  error: NotebookOutput;
}

type Kept = KeptStream | KeptDisplay | KeptError;

const defaultLimit = 20_000_000;

/**
 * Builds the outputs of a cell from its events, as a notebook client does. Where they exceed the limit, the middles of the
 * streams are left out first, then displays that do not fit; errors stay.
 * @see https://jupyter-client.readthedocs.io/en/latest/messaging.html#messages-on-the-iopub-pub-sub-channel
 */
export class OutputCollector {
  #kept: Kept[] = [];
  #clearsOnNext = false;
  /** All sizes in characters of JSON. */
  #displaySize = 0;
  #streamSize = 0;
  #errorSize = 0;
  /** The number of outputs that were left out whole. */
  #left = 0;
  #shortErrors = 0;
  #hasLost = false;

  readonly #maxSize: number;
  readonly #maxDisplaySize: number;
  readonly #maxErrorSize: number;

  /**
   * @param limit the maximum size of all outputs, in characters of JSON; default 20 million. Displays may take three
   *   quarters of it, errors an eighth, and streams what the displays leave of the rest.
   */
  constructor(limit = defaultLimit) {
    this.#maxErrorSize = limit / 8;
    this.#maxSize = limit - this.#maxErrorSize;
    this.#maxDisplaySize = (limit * 3) / 4;
  }

  /** The outputs that a client shows now. */
  get outputs(): NotebookOutput[] {
    return this.#kept.map((one) => ('error' in one ? one.error : one.output));
  }

  /** Of all that is kept, in characters of JSON, about. */
  get size(): number {
    return this.#displaySize + this.#streamSize + this.#errorSize;
  }

  /** How many outputs that a client shows now are left out of {@link outputs}, in whole or in part. */
  get cutOutputs(): number {
    const cut = this.#kept.filter((one) =>
      one instanceof KeptStream ? one.isCut : 'isStale' in one && one.isStale,
    );
    return this.#left + this.#shortErrors + cut.length;
  }

  /** Whether {@link outputs} are not whole: some are cut, or an event says that output was lost on its way. */
  get isTruncated(): boolean {
    return this.#hasLost || this.cutOutputs > 0;
  }

  add(event: KernelEvent | OutputDropped): void {
    switch (event.type) {
      case 'output_lost':
        // What is only cut says `cutOutputs`. What was lost may have been anything, so that no `clear_output` undoes it.
        this.#hasLost ||= event.reason !== 'outputs_limit';
        break;
      case 'stream':
        this.#addStream(event.name, event.text);
        break;
      case 'display_data':
      case 'execute_result':
        this.#addDisplay(event);
        break;
      case 'update_display_data':
        this.#update(event.transient.display_id, event.data, event.metadata);
        break;
      case 'clear_output':
        if (event.wait) this.#clearsOnNext = true;
        else this.#clear();
        break;
      case 'error':
        this.#addError(event);
    }
  }

  #clear(): void {
    this.#kept = [];
    this.#displaySize = 0;
    this.#streamSize = 0;
    this.#errorSize = 0;
    this.#left = 0;
    this.#shortErrors = 0;
    this.#clearsOnNext = false;
  }

  #addStream(name: string, text: string): void {
    if (this.#clearsOnNext) this.#clear();
    const last = this.#kept.at(-1);
    const isSame = last instanceof KeptStream && last.name === name;
    const stream = isSame ? last : new KeptStream(name);
    const before = isSame ? stream.size : 0;
    stream.add(text);
    this.#streamSize += stream.size - before;
    if (!isSame) this.#kept.push(stream);
    this.#shortenStreams();
  }

  #addError(event: Extract<KernelEvent, { type: 'error' }>): void {
    if (this.#clearsOnNext) this.#clear();
    const { output, isCut } = shortError(event);
    const size = jsonSize(output);
    if (this.#errorSize > 0 && this.#errorSize + size > this.#maxErrorSize) {
      this.#left += 1;
      return;
    }
    this.#errorSize += size;
    if (isCut) this.#shortErrors += 1;
    this.#kept.push({ error: output });
  }

  /** A display with the id of earlier ones updates those too. */
  #addDisplay(event: Display): void {
    if (this.#clearsOnNext) this.#clear();
    const { data, metadata, transient } = event;
    this.#update(transient.display_id, data, metadata);
    const count = event.type === 'execute_result' ? { execution_count: event.execution_count } : {};
    const output = { output_type: event.type, data, metadata, ...count };
    const size = sizeOf(output, transient.display_id);
    if (this.#displaySize + size > this.#maxDisplaySize) {
      this.#left += 1;
      return;
    }
    this.#displaySize += size;
    this.#kept.push({ output, displayId: transient.display_id, size, isStale: false });
    this.#shortenStreams();
  }

  /** Replaces the content of all displays with an id. */
  #update(displayId: string | undefined, data: MimeBundle, metadata: Record<string, unknown>): void {
    if (displayId === undefined) return;
    for (const one of this.#kept) {
      if (!('displayId' in one) || one.displayId !== displayId) continue;
      const output = { ...one.output, data, metadata };
      const growth = sizeOf(output, displayId) - one.size;
      one.isStale = this.#displaySize + growth > this.#maxDisplaySize;
      if (one.isStale) continue;
      this.#displaySize += growth;
      one.size += growth;
      one.output = output;
    }
    this.#shortenStreams();
  }

  #shortenStreams(): void {
    while (this.#displaySize + this.#streamSize > this.#maxSize) {
      const streams = this.#kept.filter((one) => one instanceof KeptStream);
      const toCut = streams.reduce((found, one) => (one.size > found.size ? one : found));
      const before = toCut.size;
      if (toCut.cut()) this.#streamSize += toCut.size - before;
      else this.#leaveOut(streams);
    }
  }

  /** Where there are very many short streams, leaves out a quarter of them, in the middle. */
  #leaveOut(streams: KeptStream[]): void {
    const left = streams.slice(streams.length >> 1, Math.ceil((streams.length + 1) * 0.75));
    const gone = new Set<Kept>(left);
    this.#kept = this.#kept.filter((one) => !gone.has(one));
    for (const { size } of left) this.#streamSize -= size;
    this.#left += left.length;
  }
}

/** A kernel may give a display an id of any length. */
function sizeOf(output: NotebookOutput, displayId = ''): number {
  return jsonSize(output) + displayId.length;
}
