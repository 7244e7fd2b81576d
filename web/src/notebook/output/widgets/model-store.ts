import { type CommChange, type ModelBuffer, recordOf, type WidgetModelState } from './widget-models.js';

/** Of all models, in characters of JSON, binary values included: what the gateway keeps. */
const maxSize = 16 * 1024 * 1024;
/** What a model, and a binary value, take beside that. */
const overhead = 1_000;
const bufferOverhead = 100;

interface OwnModel extends WidgetModelState {
  state: Record<string, unknown>;
  buffers: readonly ModelBuffer[];
}

/** The models of a session, changed by what happens on its comms. The least recently changed ones are dropped first. */
export class ModelStore {
  /** The least recently changed one is the first. */
  readonly #models = new Map<string, OwnModel>();
  readonly #sizes = new Map<string, number>();
  #size = 0;

  /** @param models by the ids of their comms, the least recently changed one first */
  constructor(models: ReadonlyMap<string, WidgetModelState>) {
    this.add(models);
  }

  /** The models now, by the ids of their comms. They change. */
  get models(): ReadonlyMap<string, WidgetModelState> {
    return this.#models;
  }

  /** Adds models, in place of those with the same ids. */
  add(models: ReadonlyMap<string, WidgetModelState>): void {
    for (const [id, model] of models) this.#open(id, model);
  }

  /**
   * Changes models by what happened on a comm.
   * @returns whether a model came or went
   */
  apply({ kind, commId, data, buffers: texts }: CommChange): boolean {
    const { method, state, buffer_paths: paths } = recordOf(data);
    const update = recordOf(state);
    const buffers = buffersOf(paths, texts);
    if (kind === 'comm_close') return this.#delete(commId);
    if (kind === 'comm_msg')
      return (method === 'update' || method === 'echo_update') && this.#change(commId, update, buffers);
    if (typeof update._model_name !== 'string') return false;
    const names = {
      model_name: update._model_name,
      model_module: String(update._model_module),
      model_module_version: String(update._model_module_version),
    };
    this.#open(commId, { ...names, state: update, buffers });
    return true;
  }

  #open(id: string, { state, buffers = [], ...names }: WidgetModelState): void {
    this.#delete(id);
    // Any member may be set in an object without a prototype, also one that is called `__proto__`.
    const own = Object.assign(Object.create(null) as Record<string, unknown>, state);
    this.#keep(id, { ...names, state: own, buffers }, overhead + sizeOf(state, buffers));
  }

  /** A value that is binary now is no member of the state any more, and the other way round. */
  #change(id: string, update: Record<string, unknown>, added: readonly ModelBuffer[]): boolean {
    const model = this.#models.get(id);
    const size = this.#sizes.get(id);
    if (!model || size === undefined) return false;
    const keys = new Set([...Object.keys(update), ...added.map(({ path }) => String(path[0]))]);
    const replaced = model.buffers.filter(({ path }) => keys.has(String(path[0])));
    const before = Object.fromEntries([...keys].map((key) => [key, model.state[key]]));
    const newSize = size + sizeOf(update, added) - sizeOf(before, replaced);
    for (const key of keys) delete model.state[key];
    for (const [key, value] of Object.entries(update)) model.state[key] = value;
    if (replaced.length + added.length > 0) {
      const others = model.buffers.filter(({ path }) => !keys.has(String(path[0])));
      model.buffers = [...others, ...added];
    }
    this.#delete(id);
    return this.#keep(id, model, newSize);
  }

  /** @returns whether others, or it, had to be dropped */
  #keep(id: string, model: OwnModel, size: number): boolean {
    this.#models.set(id, model);
    this.#sizes.set(id, size);
    this.#size += size;
    const count = this.#models.size;
    for (const oldest of this.#models.keys()) {
      if (this.#size <= maxSize) break;
      this.#delete(oldest);
    }
    return this.#models.size < count;
  }

  #delete(id: string): boolean {
    this.#size -= this.#sizes.get(id) ?? 0;
    this.#sizes.delete(id);
    return this.#models.delete(id);
  }
}

function sizeOf(state: object, buffers: readonly ModelBuffer[]): number {
  const ofBuffer = ({ data, path }: ModelBuffer) =>
    bufferOverhead + data.length + JSON.stringify(path).length;
  return buffers.reduce((sum, buffer) => sum + ofBuffer(buffer), JSON.stringify(state).length);
}

function buffersOf(paths: unknown, buffers: readonly string[]): ModelBuffer[] {
  if (!Array.isArray(paths)) return [];
  return paths.slice(0, buffers.length).flatMap((path, index) => {
    const data = buffers[index];
    return Array.isArray(path) && path.length > 0 && data !== undefined ? [{ path, data }] : [];
  });
}
