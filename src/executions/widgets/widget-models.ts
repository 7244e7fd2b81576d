import { LRUCache } from 'lru-cache';
import { toRecord } from '../../engines/kernels/to-record.js';
import { jsonSize } from '../event-codec.js';
import type { WidgetBuffer, WidgetModel, WidgetState } from './widget-state.js';

/** In characters of JSON, buffers included. The least recently changed models are dropped first. */
const maxSize = 16 * 1024 * 1024;
/** What a model takes beside its state. */
const overhead = 1_000;
const maxPathLength = 100;

/** What a message says about a model. */
export interface WidgetUpdate {
  state: Record<string, unknown>;
  buffers: WidgetBuffer[];
}

interface Kept extends WidgetUpdate {
  size: number;
}

/** The models of the widgets of one kernel, as its messages and those of its clients describe them; at most 16 MiB. */
export class WidgetModels {
  readonly #models: LRUCache<string, Kept>;
  readonly #dropped: (commId: string) => void;

  /** @param dropped is called for a model that is not kept any more, unless {@link delete} or {@link clear} removed it */
  constructor(dropped: (commId: string) => void) {
    this.#dropped = dropped;
    // With a maximum number it would take the memory for so many entries from the beginning.
    this.#models = new LRUCache<string, Kept>({
      maxSize,
      sizeCalculation: ({ size }) => size,
      dispose: (_model, commId, reason) => {
        if (reason === 'evict') dropped(commId);
      },
    });
  }

  has(commId: string): boolean {
    return this.#models.has(commId);
  }

  /** Sets the whole state of a model. */
  open(commId: string, { state, buffers }: WidgetUpdate): void {
    this.#set(commId, { state, buffers, size: overhead + sizeOf({ state, buffers }) });
  }

  /** Changes members of the state of a model; ignored for one that is not known. */
  update(commId: string, change: WidgetUpdate): void {
    const model = this.#models.get(commId);
    if (!model) return;
    const keys = new Set([
      ...Object.keys(change.state),
      ...change.buffers.map(({ path }) => String(path[0])),
    ]);
    const isChanged = ({ path }: WidgetBuffer) => keys.has(String(path[0]));
    const before = {
      state: Object.fromEntries(Object.entries(model.state).filter(([key]) => keys.has(key))),
      buffers: model.buffers.filter(isChanged),
    };
    // A value that is a buffer now is no member of the state any more.
    const kept = Object.entries(model.state).filter(([key]) => !keys.has(key));
    this.#set(commId, {
      state: { ...Object.fromEntries(kept), ...change.state },
      buffers: [...model.buffers.filter((one) => !isChanged(one)), ...change.buffers],
      size: Math.max(1, model.size + sizeOf(change) - sizeOf(before)),
    });
  }

  delete(commId: string): void {
    this.#models.delete(commId);
  }

  clear(): void {
    this.#models.clear();
  }

  /** The state of all models. */
  get document(): WidgetState {
    const state: Record<string, WidgetModel> = {};
    for (const [commId, model] of this.#models.entries()) {
      if (typeof model.state._model_name === 'string') state[commId] = toModel(model);
    }
    return { version_major: 2, version_minor: 0, state };
  }

  #set(commId: string, model: Kept): void {
    this.#models.set(commId, model);
    // The cache does not keep what is larger than all that it may have.
    if (!this.#models.has(commId)) this.#dropped(commId);
  }
}

/**
 * Reads what the data of a comm message says about a model.
 * @param buffers of the message, as base64
 */
export function readUpdate(data: Record<string, unknown>, buffers: readonly string[] = []): WidgetUpdate {
  const paths = Array.isArray(data.buffer_paths) ? data.buffer_paths : [];
  return {
    state: toRecord(data.state),
    buffers: paths.flatMap((path, i) => {
      const text = buffers[i];
      return text !== undefined && isPath(path) ? [{ encoding: 'base64', path, data: text }] : [];
    }),
  };
}

function isPath(value: unknown): value is (string | number)[] {
  const isStep = (step: unknown) => typeof step === 'string' || typeof step === 'number';
  return Array.isArray(value) && value.length > 0 && value.length <= maxPathLength && value.every(isStep);
}

function sizeOf({ state, buffers }: WidgetUpdate): number {
  return jsonSize(state) + buffers.reduce((sum, { data, path }) => sum + data.length + jsonSize(path), 0);
}

function toModel({ state, buffers }: Kept): WidgetModel {
  return {
    model_name: text(state._model_name),
    model_module: text(state._model_module),
    model_module_version: text(state._model_module_version),
    state,
    ...(buffers.length > 0 ? { buffers } : {}),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
