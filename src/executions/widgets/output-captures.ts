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
const maxWidgets = 10_000;
/** The maximum number of messages whose output is captured at the same time, and of the widgets that capture it. */
const maxHooks = 100;

/**
 * The `ipywidgets.Output`s of one kernel. While one has a `msg_id`, it captures the output whose parent is that message, and
 * the cell does not get it; of several the last one does.
 * @see https://ipywidgets.readthedocs.io/en/stable/examples/Output%20Widget.html
 */
export class OutputCaptures {
  readonly #widgets = new LRUCache<string, CapturedOutputs>({ max: maxWidgets });
  /** By the id of the parent message, the widgets that capture its output, the last one at the end. */
  readonly #hooks = new LRUCache<string, string[]>({ max: maxHooks });

  /** The kernel opens a widget, or says what it shows. @param outputs undefined where that is not known */
  set(commId: string, outputs: unknown): void {
    const known = this.#widgets.get(commId);
    if (known) known.set(outputs ?? []);
    else this.#widgets.set(commId, new CapturedOutputs(outputs));
  }

  has(commId: string): boolean {
    return this.#widgets.has(commId);
  }

  /** A widget captures the output of a message from now on; with an empty id no output. */
  hook(commId: string, messageId: string): void {
    this.#unhook(commId);
    if (messageId === '') return;
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
    return { type: 'widget_output', comm_id: commId, event };
  }

  /** What a widget captured since the kernel has set its outputs, in characters of JSON, about. */
  sizeOf(commId: string): number {
    return this.#widgets.get(commId)?.size ?? 0;
  }

  /** Updates the displays with an id in all widgets. */
  updateDisplays(event: KernelEvent & { type: 'update_display_data' }): void {
    for (const widget of this.#widgets.values()) widget.updateDisplays(event);
  }

  /** The outputs of the widgets that have some which the kernel does not have yet. */
  get changed(): { commId: string; outputs: NotebookOutput[] }[] {
    return [...this.#widgets].flatMap(([commId, { isChanged, outputs }]) =>
      isChanged && outputs ? [{ commId, outputs }] : [],
    );
  }

  /** Whether it is not known of some widget what it showed before something was captured. */
  get hasUnknown(): boolean {
    return [...this.#widgets.values()].some(({ outputs }) => outputs === undefined);
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
