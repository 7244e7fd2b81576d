import { LRUCache } from 'lru-cache';
import { toRecord } from '../../engines/kernels/to-record.js';
import { jsonSize } from '../event-codec.js';
import type { WidgetBuffer, WidgetModel, WidgetState } from './widget-state.js';

/** In characters of JSON, buffers included. The least recently changed models are dropped first. */
const maxSize = 16 * 1024 * 1024;
/** What a model takes beside its state. */
const overhead = 1_000;
const maxPathLength = 100;
/** What a binary value takes beside its text. */
const bufferOverhead = 100;
/** Of one model, those that are binary included. A model with more is dropped too. */
const maxMembers = 10_000;

/** The binary values of one message that are read; the others are left out. */
export const maxBuffers = 10_000;

/** What a message says about a model. */
export interface WidgetUpdate {
  state: Record<string, unknown>;
  buffers: WidgetBuffer[];
}

/** A model by the names of its members, so that a change takes time for those members only. */
interface Kept {
  members: Map<string, unknown>;
  buffers: Map<string, WidgetBuffer[]>;
  size: number;
}

/**
 * The models of the widgets of one kernel, as its messages and those of its clients describe them; at most 16 MiB, and 10,000
 * members in a model.
 */
export class WidgetModels {
  readonly #models: LRUCache<string, Kept>;
  readonly #dropped: (commId: string) => void;
  /** Until the next change. */
  #document: WidgetState | undefined;

  /** @param dropped is called for a model that is not kept any more, unless {@link delete} or {@link clear} removed it */
  constructor(dropped: (commId: string) => void) {
    this.#dropped = dropped;
    // With a maximum number it would take the memory for so many entries from the beginning.
    this.#models = new LRUCache<string, Kept>({
      maxSize,
      sizeCalculation: ({ size }) => size,
      dispose: (_model, commId, reason) => {
        this.#document = undefined;
        if (reason === 'evict') dropped(commId);
      },
    });
  }

  has(commId: string): boolean {
    return this.#models.has(commId);
  }

  /** Sets the whole state of a model. */
  open(commId: string, state: WidgetUpdate): void {
    this.#set(commId, change({ members: new Map(), buffers: new Map(), size: overhead }, state));
  }

  /** Changes members of the state of a model; ignored for one that is not known. */
  update(commId: string, state: WidgetUpdate): void {
    const model = this.#models.get(commId);
    if (model) this.#set(commId, change(model, state));
  }

  delete(commId: string): void {
    this.#models.delete(commId);
  }

  clear(): void {
    this.#models.clear();
  }

  /** The state of all models; the same object until the next change. */
  get document(): WidgetState {
    this.#document ??= this.#describe();
    return this.#document;
  }

  #describe(): WidgetState {
    const state: Record<string, WidgetModel> = {};
    for (const [commId, model] of this.#models.entries()) {
      if (typeof model.members.get('_model_name') === 'string') state[commId] = toModel(model);
    }
    return { version_major: 2, version_minor: 0, state };
  }

  #set(commId: string, model: Kept): void {
    this.#document = undefined;
    // The cache keeps nothing that is larger than all that it may have.
    const isTooLarge = model.members.size + model.buffers.size > maxMembers;
    if (isTooLarge) this.#models.delete(commId);
    else this.#models.set(commId, model);
    if (!this.#models.has(commId)) this.#dropped(commId);
  }
}

/** Changes the members of a model in place. @returns it with its new size, as another object, or the cache would not see that */
function change({ members, buffers, size }: Kept, { state, buffers: added }: WidgetUpdate): Kept {
  // A value that is a buffer now is no member of the state any more, and the other way round.
  const keys = new Set([...Object.keys(state), ...added.map(({ path }) => String(path[0]))]);
  const had = [...keys].filter((key) => members.has(key));
  const before = {
    state: Object.fromEntries(had.map((key) => [key, members.get(key)])),
    buffers: [...keys].flatMap((key) => buffers.get(key) ?? []),
  };
  for (const key of keys) {
    members.delete(key);
    buffers.delete(key);
  }
  for (const [key, value] of Object.entries(state)) members.set(key, value);
  for (const buffer of added) {
    const key = String(buffer.path[0]);
    const own = buffers.get(key);
    if (own) own.push(buffer);
    else buffers.set(key, [buffer]);
  }
  return { members, buffers, size: Math.max(1, size + sizeOf({ state, buffers: added }) - sizeOf(before)) };
}

/**
 * Reads what the data of a comm message says about a model, with at most 10,000 binary values.
 * @param buffers of the message, as base64
 */
export function readUpdate(data: Record<string, unknown>, buffers: readonly string[] = []): WidgetUpdate {
  const paths = Array.isArray(data.buffer_paths) ? data.buffer_paths.slice(0, maxBuffers) : [];
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
  const ofBuffer = ({ data, path }: WidgetBuffer) => bufferOverhead + data.length + jsonSize(path);
  return buffers.reduce((sum, buffer) => sum + ofBuffer(buffer), jsonSize(state));
}

function toModel({ members, buffers }: Kept): WidgetModel {
  return {
    model_name: text(members.get('_model_name')),
    model_module: text(members.get('_model_module')),
    model_module_version: text(members.get('_model_module_version')),
    state: Object.fromEntries(members),
    ...(buffers.size > 0 ? { buffers: [...buffers.values()].flat() } : {}),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
