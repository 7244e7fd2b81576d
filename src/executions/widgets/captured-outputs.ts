import type { KernelEvent } from '../../engines/kernels/kernel-event.js';
import { toKernelEvent } from '../../engines/kernels/to-kernel-event.js';
import { toRecord } from '../../engines/kernels/to-record.js';
import type { NotebookOutput } from '../notebook-output.js';
import { OutputCollector } from '../output-collector.js';

/** Of one widget, in characters of JSON. */
const maxSize = 2_000_000;
/** Of the ids of one widget's displays, in characters, each with {@link idOverhead}. */
const maxIdSize = 1_000_000;
const idOverhead = 50;

/**
 * What an `ipywidgets.Output` shows. The kernel may set that, and whoever plays the front end adds what is printed within the
 * widget.
 */
export class CapturedOutputs {
  #collector = new OutputCollector(maxSize);
  #isWhole: boolean;
  #clearsOnNext = false;
  /** Of {@link #displayIds}. */
  #idSize = 0;
  readonly #displayIds = new Set<string>();
  /** Whether the kernel does not have {@link outputs} yet. */
  isChanged = false;
  /** Whether those who follow the comms do not have {@link outputs} yet. */
  isUnshown = false;

  /** @param outputs what the widget shows already; undefined where that is not known */
  constructor(outputs: unknown) {
    this.#isWhole = outputs !== undefined;
    this.#fill(outputs);
  }

  /** Whether it is known what the widget had before anything was captured. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** The outputs as nbformat has them; without what the widget had before where that is not known. */
  get outputs(): NotebookOutput[] {
    return this.#collector.outputs;
  }

  /** Of all that this keeps, in characters of JSON, about. */
  get size(): number {
    return this.#collector.size + this.#idSize;
  }

  /** The kernel says what the widget shows. What was captured before that was known, follows it. */
  set(outputs: unknown): void {
    const early = this.#isWhole ? [] : this.#collector.outputs;
    this.#collector = new OutputCollector(maxSize);
    this.#begin();
    this.isChanged = early.length > 0;
    this.isUnshown = this.isChanged;
    this.#fill(outputs);
    this.#fill(early);
  }

  /** Where it is not known what the widget had before, it had nothing from now on. */
  assumeEmpty(): void {
    this.#isWhole = true;
  }

  /** Adds what is printed, or cleared, within the widget. */
  capture(event: KernelEvent): void {
    const clears = event.type === 'clear_output';
    if (clears ? !event.wait : this.#clearsOnNext) this.#begin();
    this.#clearsOnNext = clears && event.wait;
    if ('transient' in event) this.#addId(event.transient.display_id);
    this.#collector.add(event);
    this.#changed();
  }

  /** Updates the displays with an id. @returns whether the widget has them */
  updateDisplays(event: KernelEvent & { type: 'update_display_data' }): boolean {
    if (!this.#displayIds.has(event.transient.display_id ?? '')) return false;
    this.#collector.add(event);
    this.#changed();
    return true;
  }

  #changed(): void {
    this.isChanged = true;
    this.isUnshown = true;
  }

  #addId(id: string | undefined): void {
    if (id === undefined || this.#displayIds.has(id)) return;
    const size = id.length + idOverhead;
    if (this.#idSize + size > maxIdSize) return;
    this.#displayIds.add(id);
    this.#idSize += size;
  }

  /** It shows nothing now, whatever it showed before. */
  #begin(): void {
    this.#isWhole = true;
    this.#idSize = 0;
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
