import { stringifyJson } from './json.js';
import { isJsonObject } from './json-object.js';
import type { JsonObject, JsonValue } from './json-value.js';
import type { Cell } from './notebook.js';

const stateType = 'application/vnd.jupyter.widget-state+json';
const viewType = 'application/vnd.jupyter.widget-view+json';
/** Of the merged states, in characters of JSON. */
const maxSize = 16 * 1024 * 1024;
/** How the state of a widget names others: as its parts, and in the outputs that it shows. */
const reference = /"(?:IPY_MODEL_|model_id":")([^"\\]+)"/g;

/**
 * Puts new states of widgets into the metadata of a notebook. Of the stored states those stay that its cells still show and
 * that are not among the new ones, with the widgets in them. Where all of it would have more than 16 MiB, only the new ones
 * stay.
 * @param stored the member `widgets` of the notebook's metadata
 * @param added the new one
 * @returns the member `widgets` with both
 * @see https://github.com/jupyter-widgets/ipywidgets/tree/main/packages/schema
 */
export function mergeWidgets(
  cells: readonly Cell[],
  stored: JsonValue | undefined,
  added: JsonObject,
): JsonObject {
  const [before, now] = [documentOf(stored), documentOf(added)];
  if (!before || !now || before.version !== now.version) return added;
  const kept = new Map<string, JsonValue>();
  const wanted = shownModels(cells);
  let size = stringifyJson(now.states).length;
  for (const id of wanted) {
    if (!Object.hasOwn(before.states, id) || Object.hasOwn(now.states, id)) continue;
    const state = before.states[id]!;
    const text = stringifyJson(state);
    size += text.length + id.length;
    if (size > maxSize) return added;
    kept.set(id, state);
    // A set goes on with what is added to it meanwhile.
    for (const [, other] of text.matchAll(reference)) wanted.add(other!);
  }
  const state = { ...Object.fromEntries(kept), ...now.states };
  return { ...added, [stateType]: { ...now.document, state } };
}

function documentOf(widgets: JsonValue | undefined) {
  const document = isJsonObject(widgets) ? widgets[stateType] : undefined;
  if (!isJsonObject(document) || !isJsonObject(document.state)) return undefined;
  return {
    document: document as JsonObject,
    states: document.state as JsonObject,
    version: document.version_major,
  };
}

/** The ids of the models that the outputs of a notebook show. */
function shownModels(cells: readonly Cell[]): Set<string> {
  const outputs = cells.flatMap((cell) => (cell.cell_type === 'code' ? cell.outputs : []));
  const views = outputs.map((output) => ('data' in output ? output.data[viewType] : undefined));
  const ids = views.map((view) => (isJsonObject(view) ? view.model_id : undefined));
  return new Set(ids.filter((id) => typeof id === 'string'));
}
