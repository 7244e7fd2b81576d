/** A binary value of a model, as base64. */
export interface ModelBuffer {
  path: readonly (string | number)[];
  data: string;
}

/** A model of a widget as the gateway describes it: JSON, with its binary values apart. */
export interface WidgetModelState {
  model_name: string;
  model_module: string;
  model_module_version: string;
  state: Readonly<Record<string, unknown>>;
  buffers?: readonly ModelBuffer[];
}

/** The models of a session by the ids of their comms. */
export type WidgetModelStates = ReadonlyMap<string, WidgetModelState>;

/** What happened on a comm. */
export interface CommChange {
  kind: 'comm_open' | 'comm_msg' | 'comm_close';
  commId: string;
  data: unknown;
  /** As base64. */
  buffers: readonly string[];
  /** Names the message of a client that caused it; null where none did. */
  messageId: string | null;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of an object; none of anything else. */
export const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/** Reads a document of the type `application/vnd.jupyter.widget-state+json`. */
export function readModels(document: unknown): Map<string, WidgetModelState> {
  const models = recordOf(recordOf(document).state);
  return new Map(Object.entries(models).map(([id, model]) => [id, model as WidgetModelState]));
}

/**
 * Changes models by what happened on a comm.
 * @returns whether a model came or went
 */
export function applyChange(models: Map<string, WidgetModelState>, change: CommChange): boolean {
  const { kind, commId } = change;
  if (kind === 'comm_close') return models.delete(commId);
  const known = models.get(commId);
  const { method, state, buffer_paths: paths } = recordOf(change.data);
  const update = recordOf(state);
  const buffers = buffersOf(paths, change.buffers);
  if (kind === 'comm_msg') {
    if (known && (method === 'update' || method === 'echo_update'))
      models.set(commId, merged(known, update, buffers));
    return false;
  }
  if (typeof update._model_name !== 'string') return false;
  models.set(commId, {
    model_name: update._model_name,
    model_module: String(update._model_module),
    model_module_version: String(update._model_module_version),
    state: update,
    buffers,
  });
  return true;
}

function buffersOf(paths: unknown, buffers: readonly string[]): ModelBuffer[] {
  if (!Array.isArray(paths)) return [];
  return paths.flatMap((path, index) => {
    const data = buffers[index];
    return Array.isArray(path) && path.length > 0 && data !== undefined ? [{ path, data }] : [];
  });
}

/** A value that is binary now is no member of the state any more, and the other way round. */
function merged(model: WidgetModelState, update: object, buffers: ModelBuffer[]): WidgetModelState {
  const keys = new Set([...Object.keys(update), ...buffers.map(({ path }) => String(path[0]))]);
  const kept = Object.entries(model.state).filter(([key]) => !keys.has(key));
  const others = (model.buffers ?? []).filter(({ path }) => !keys.has(String(path[0])));
  return { ...model, state: { ...Object.fromEntries(kept), ...update }, buffers: [...others, ...buffers] };
}
