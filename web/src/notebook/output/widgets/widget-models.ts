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

/**
 * Reads a document of the type `application/vnd.jupyter.widget-state+json`.
 * @returns the models by the ids of their comms. The gateway has the most recently changed one first, this the least recent
 */
export function readModels(document: unknown): Map<string, WidgetModelState> {
  const models = Object.entries(recordOf(recordOf(document).state)).toReversed();
  return new Map(models.map(([id, model]) => [id, model as WidgetModelState]));
}

/** The ids of the two models that a link keeps equal; undefined for what is no link. */
export function linkedModels({ model_name, model_module, state }: WidgetModelState): string[] | undefined {
  if (model_module !== '@jupyter-widgets/controls' || !/^(Directional)?LinkModel$/.test(model_name))
    return undefined;
  const ends = [state.source, state.target].map((end) => (Array.isArray(end) ? String(end[0]) : ''));
  return ends.map((end) => end.replace(/^IPY_MODEL_/, ''));
}
