import type { KernelEvent } from '../../engines/kernels/kernel-event.js';
import { toKernelEvent } from '../../engines/kernels/to-kernel-event.js';
import { toRecord } from '../../engines/kernels/to-record.js';
import { jsonSize } from '../event-codec.js';
import type { NotebookOutput } from '../notebook-output.js';
import { OutputCollector } from '../output-collector.js';

/** Of one widget, in characters of JSON. */
const maxSize = 2_000_000;
const maxDisplayIds = 10_000;

/**
 * What an `ipywidgets.Output` shows. The kernel may set that, and whoever plays the front end adds what is printed within the
 * widget.
 */
export class CapturedOutputs {
  #collector = new OutputCollector(maxSize);
  /** Whether it is known what the widget had before anything was captured. */
  #isWhole: boolean;
  #clearsOnNext = false;
  #size = 0;
  readonly #displayIds = new Set<string>();
  /** Whether the kernel does not have {@link outputs} yet. */
  isChanged = false;

  /** @param outputs what the widget shows already; undefined where that is not known */
  constructor(outputs: unknown) {
    this.#isWhole = outputs !== undefined;
    this.#fill(outputs);
  }

  /** The outputs as nbformat has them; undefined while it is not known what the widget had before. */
  get outputs(): NotebookOutput[] | undefined {
    return this.#isWhole ? this.#collector.outputs : undefined;
  }

  /** What was captured since the last {@link set}, in characters of JSON, about. */
  get size(): number {
    return Math.min(this.#size, maxSize);
  }

  /** The kernel says what the widget shows. What was captured before that was known, follows it. */
  set(outputs: unknown): void {
    const early = this.#isWhole ? [] : this.#collector.outputs;
    this.#collector = new OutputCollector(maxSize);
    this.#begin();
    this.isChanged = early.length > 0;
    this.#fill(outputs);
    this.#fill(early);
  }

  /** Adds what is printed, or cleared, within the widget. */
  capture(event: KernelEvent): void {
    const clears = event.type === 'clear_output';
    if (clears ? !event.wait : this.#clearsOnNext) this.#begin();
    this.#clearsOnNext = clears && event.wait;
    this.#size += jsonSize(event);
    const id = 'transient' in event ? event.transient.display_id : undefined;
    if (id !== undefined && this.#displayIds.size < maxDisplayIds) this.#displayIds.add(id);
    this.#collector.add(event);
    this.isChanged = true;
  }

  /** Updates the displays with an id, if the widget has them. */
  updateDisplays(event: KernelEvent & { type: 'update_display_data' }): void {
    if (!this.#displayIds.has(event.transient.display_id ?? '')) return;
    this.#collector.add(event);
    this.isChanged = true;
  }

  /** It shows nothing now, whatever it showed before. */
  #begin(): void {
    this.#isWhole = true;
    this.#size = 0;
    this.#displayIds.clear();
  }

  #fill(outputs: unknown): void {
    for (const output of Array.isArray(outputs) ? outputs : []) {
      const event = toEvent(toRecord(output));
      if (event) this.#collector.add(event);
    }
  }
}

function toEvent(output: Record<string, unknown>): KernelEvent | undefined {
  const { output_type: type, text } = output;
  const joined = Array.isArray(text) ? text.join('') : text;
  return typeof type === 'string' ? toKernelEvent(type, { ...output, text: joined }) : undefined;
}
