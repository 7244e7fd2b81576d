import { toRecord } from '../../engines/kernels/to-record.js';
import { maxBuffers, readUpdate, type WidgetUpdate } from './widget-models.js';

/** The comms that the gateway itself opens have ids that begin so; those of clients have others. */
export const controlPrefix = 'notebook-gateway-';

/** How a front end asks a kernel for the states of all its widgets. */
export const controlComm = { target: 'jupyter.widget.control', version: '1.0.0' } as const;

/**
 * Reads the answer to that, with at most 10,000 binary values.
 * @param data of its message
 * @param buffers of it, as base64
 * @returns the state of each widget, by the id of its comm
 */
export function readStates(
  data: Record<string, unknown>,
  buffers: readonly string[] = [],
): [commId: string, state: WidgetUpdate][] {
  const paths = Array.isArray(data.buffer_paths) ? data.buffer_paths.slice(0, maxBuffers) : [];
  const byModel = new Map<unknown, { paths: unknown[]; texts: string[] }>();
  for (const [i, path] of paths.entries()) {
    const text = buffers[i];
    if (text === undefined || !Array.isArray(path)) continue;
    const [commId, ...rest] = path;
    const own = byModel.get(commId) ?? { paths: [], texts: [] };
    own.paths.push(rest);
    own.texts.push(text);
    byModel.set(commId, own);
  }
  return Object.entries(toRecord(data.states)).map(([commId, model]) => {
    const { paths: own = [], texts = [] } = byModel.get(commId) ?? {};
    return [commId, readUpdate({ ...toRecord(model), buffer_paths: own }, texts)];
  });
}
