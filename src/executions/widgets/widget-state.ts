/** A binary value within the state of a model, as base64. */
export interface WidgetBuffer {
  encoding: 'base64';
  /** The keys and indexes that lead to it. */
  path: (string | number)[];
  data: string;
}

/** A model of a widget, without its binary values. */
export interface WidgetModel {
  model_name: string;
  model_module: string;
  model_module_version: string;
  state: Record<string, unknown>;
  /** Left out where it has none. */
  buffers?: WidgetBuffer[];
}

/**
 * The state of all widgets: `application/vnd.jupyter.widget-state+json`.
 * @see https://github.com/jupyter-widgets/ipywidgets/tree/main/packages/schema
 */
export interface WidgetState {
  version_major: 2;
  version_minor: 0;
  /** By the ids of their comms. */
  state: Record<string, WidgetModel>;
}
