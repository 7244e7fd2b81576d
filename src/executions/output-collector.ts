import type { KernelEvent, MimeBundle } from '../engines/kernels/kernel-event.js';

/** An output as nbformat 4 has it; see https://nbformat.readthedocs.io/en/latest/format_description.html */
export type NotebookOutput = { output_type: string } & Record<string, unknown>;

type Display = KernelEvent & { type: 'display_data' | 'execute_result' };

interface Kept {
  output: NotebookOutput;
  displayId: string | undefined;
  /** In characters of JSON. */
  size: number;
  /** Whether its last update did not fit. */
  isStale: boolean;
}

const defaultLimit = 8 * 1024 * 1024;

/**
 * Builds the outputs of a cell from its events, as a notebook client does.
 * @see https://jupyter-client.readthedocs.io/en/latest/messaging.html#messages-on-the-iopub-pub-sub-channel
 */
export class OutputCollector {
  #kept: Kept[] = [];
  #clearsOnNext = false;
  #size = 0;
  #isFull = false;

  readonly #limit: number;

  /**
   * @param limit the maximum size of all outputs, in characters of JSON; default 8 Mi. After the first output that does
   *   not fit none is added until the outputs are cleared.
   */
  constructor(limit = defaultLimit) {
    this.#limit = limit;
  }

  /** The outputs that a client shows now. */
  get outputs(): NotebookOutput[] {
    return this.#kept.map(({ output }) => output);
  }

  /** Whether {@link outputs} lacks something that a client shows now, because of the limit. */
  get truncated(): boolean {
    return this.#isFull || this.#kept.some(({ isStale }) => isStale);
  }

  add(event: KernelEvent): void {
    switch (event.type) {
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
      case 'error': {
        const { ename, evalue, traceback } = event;
        this.#push({ output_type: 'error', ename, evalue, traceback });
      }
    }
  }

  #clear(): void {
    this.#kept = [];
    this.#size = 0;
    this.#isFull = false;
    this.#clearsOnNext = false;
  }

  #push(output: NotebookOutput, displayId?: string): void {
    if (this.#clearsOnNext) this.#clear();
    const size = JSON.stringify(output).length;
    if (this.#reserve(size)) this.#kept.push({ output, displayId, size, isStale: false });
  }

  /** Counts more characters; false, and full from then on, when they do not fit. */
  #reserve(size: number): boolean {
    this.#isFull ||= this.#size + size > this.#limit;
    if (!this.#isFull) this.#size += size;
    return !this.#isFull;
  }

  #addStream(name: string, text: string): void {
    const last = this.#kept.at(-1);
    if (this.#clearsOnNext || last?.output.output_type !== 'stream' || last.output.name !== name) {
      this.#push({ output_type: 'stream', name, text });
    } else if (this.#reserve(text.length)) {
      last.output.text = `${last.output.text}${text}`;
      last.size += text.length;
    }
  }

  /** A display with the id of earlier ones updates those too. */
  #addDisplay(event: Display): void {
    if (this.#clearsOnNext) this.#clear();
    const { data, metadata, transient } = event;
    this.#update(transient.display_id, data, metadata);
    const count = event.type === 'execute_result' ? { execution_count: event.execution_count } : {};
    this.#push({ output_type: event.type, data, metadata, ...count }, transient.display_id);
  }

  /** Replaces the content of all displays with an id. */
  #update(displayId: string | undefined, data: MimeBundle, metadata: Record<string, unknown>): void {
    if (displayId === undefined) return;
    for (const one of this.#kept) {
      if (one.displayId !== displayId) continue;
      const output = { ...one.output, data, metadata };
      const growth = JSON.stringify(output).length - one.size;
      one.isStale = this.#size + growth > this.#limit;
      if (one.isStale) continue;
      this.#size += growth;
      one.size += growth;
      one.output = output;
    }
  }
}
