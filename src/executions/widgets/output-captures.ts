import { LRUCache } from 'lru-cache';
import type { KernelEvent } from '../../engines/kernels/kernel-event.js';
import type { WidgetOutput } from '../execution-event.js';
import type { NotebookOutput } from '../notebook-output.js';
import { CapturedOutputs } from './captured-outputs.js';

const captured = new Set<KernelEvent['type']>([
  'stream',
  'display_data',
  'execute_result',
  'error',
  'clear_output',
]);
/** Of all widgets together, in characters of JSON. Those that were used least recently are dropped first. */
const maxSize = 16 * 1024 * 1024;
/** What a widget takes beside its outputs. */
const overhead = 1_000;
/** The maximum number of messages whose output is captured at the same time, and of the widgets that capture it. */
const maxHooks = 100;
/** In characters; clients and kernels have shorter ids. */
const maxMessageId = 200;

/**
 * The `ipywidgets.Output`s of one kernel. While one has a `msg_id`, it captures the output whose parent is that message, and
 * the cell does not get it; of several the last one does. All that was captured is at most 16 MiB.
 * @see https://ipywidgets.readthedocs.io/en/stable/examples/Output%20Widget.html
 */
export class OutputCaptures {
  readonly #widgets: LRUCache<string, CapturedOutputs>;
  /** By the id of the parent message, the widgets that capture its output, the last one at the end. */
  readonly #hooks = new LRUCache<string, string[]>({ max: maxHooks });
  #version = 0;

  /** @param dropped is called for a widget that is not kept any more, unless {@link delete} or {@link clear} removed it */
  constructor(dropped: (commId: string) => void) {
    // With a maximum number it would take the memory for so many entries from the beginning.
    this.#widgets = new LRUCache<string, CapturedOutputs>({
      maxSize,
      sizeCalculation: ({ size }) => overhead + size,
      dispose: (_widget, commId, reason) => {
        if (reason !== 'evict') return;
        this.#unhook(commId);
        dropped(commId);
      },
    });
  }

  /** The kernel opens a widget, or says what it shows. @param outputs undefined where that is not known */
  set(commId: string, outputs: unknown): void {
    const known = this.#widgets.get(commId);
    if (known) known.set(outputs ?? []);
    this.#keep(commId, known ?? new CapturedOutputs(outputs));
  }

  has(commId: string): boolean {
    return this.#widgets.has(commId);
  }

  /** A widget captures the output of a message from now on; with an empty id no output. */
  hook(commId: string, messageId: string): void {
    this.#unhook(commId);
    if (messageId === '' || messageId.length > maxMessageId) return;
    if (!this.has(commId)) this.set(commId, undefined);
    const others = this.#hooks.get(messageId) ?? [];
    this.#hooks.set(messageId, [...others, commId].slice(-maxHooks));
  }

  /**
   * Captures an event, if a widget captures the output of its parent.
   * @returns what the log has instead
   */
  capture(parentMessageId: string, event: KernelEvent): WidgetOutput | undefined {
    if (!isCaptured(event)) return undefined;
    const commId = this.#hooks.get(parentMessageId)?.at(-1);
    const widget = commId === undefined ? undefined : this.#widgets.get(commId);
    if (commId === undefined || !widget) return undefined;
    widget.capture(event);
    this.#keep(commId, widget);
    return { type: 'widget_output', comm_id: commId, event };
  }

  /** Updates the displays with an id in all widgets. */
  updateDisplays(event: KernelEvent & { type: 'update_display_data' }): void {
    const changed = this.#entriesWith((widget) => widget.updateDisplays(event));
    for (const [commId, widget] of changed) if (this.has(commId)) this.#keep(commId, widget);
  }

  /** Another number after each change of what the widgets show. */
  get version(): number {
    return this.#version;
  }

  /** The outputs of the widgets that have some which the kernel does not have yet. */
  get changed(): { commId: string; outputs: NotebookOutput[] }[] {
    const changed = this.#entriesWith(({ isChanged, isWhole }) => isChanged && isWhole);
    return changed.map(([commId, { outputs }]) => ({ commId, outputs }));
  }

  /**
   * Takes the outputs of the widgets that have some which those who follow the comms do not have yet.
   * @returns `size` in characters of JSON, about
   */
  takeUnshown(): { commId: string; outputs: NotebookOutput[]; size: number }[] {
    const unshown = this.#entriesWith(({ isUnshown, isWhole }) => isUnshown && isWhole);
    for (const [, widget] of unshown) widget.isUnshown = false;
    return unshown.map(([commId, { outputs, size }]) => ({ commId, outputs, size }));
  }

  /** Whether it is not known of some widget what it showed before something was captured. */
  get hasUnknown(): boolean {
    return this.#unknown.length > 0;
  }

  /** The kernel has described all its widgets: what it did not describe captures nothing. */
  deleteUnknown(): void {
    for (const [commId] of this.#unknown) this.delete(commId);
  }

  /** The kernel cannot describe its widgets. */
  assumeEmpty(): void {
    this.#version++;
    for (const [, widget] of this.#unknown) widget.assumeEmpty();
  }

  /** The kernel has the outputs of a widget now. */
  synced(commId: string): void {
    const widget = this.#widgets.get(commId);
    if (widget) widget.isChanged = false;
  }

  delete(commId: string): void {
    this.#unhook(commId);
    this.#widgets.delete(commId);
  }

  clear(): void {
    this.#widgets.clear();
    this.#hooks.clear();
  }

  get #unknown(): [string, CapturedOutputs][] {
    return this.#entriesWith(({ isWhole }) => !isWhole);
  }

  #entriesWith(fulfils: (widget: CapturedOutputs) => boolean): [string, CapturedOutputs][] {
    return [...this.#widgets.entries()].filter(([, widget]) => fulfils(widget));
  }

  /** Counts the size of a widget again, and drops others where that is needed. */
  #keep(commId: string, widget: CapturedOutputs): void {
    this.#version++;
    this.#widgets.delete(commId);
    this.#widgets.set(commId, widget);
  }

  #unhook(commId: string): void {
    for (const [messageId, commIds] of [...this.#hooks]) {
      const others = commIds.filter((id) => id !== commId);
      if (others.length === commIds.length) continue;
      if (others.length === 0) this.#hooks.delete(messageId);
      else this.#hooks.set(messageId, others);
    }
  }
}

function isCaptured(event: KernelEvent): event is WidgetOutput['event'] {
  return captured.has(event.type);
}
