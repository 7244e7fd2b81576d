import { toRecord } from '../../engines/kernels/to-record.js';
import { readUpdate, type WidgetUpdate } from './widget-models.js';

/** The comms that the gateway itself opens have ids that begin so; those of clients have others. */
export const controlPrefix = 'notebook-gateway-';

/** How a front end asks a kernel for the states of all its widgets. */
export const controlComm = { target: 'jupyter.widget.control', version: '1.0.0' } as const;

/**
 * Reads the answer to that.
 * @param data of its message
 * @param buffers of it, as base64
 * @returns the state of each widget, by the id of its comm
 */
export function readStates(
  data: Record<string, unknown>,
  buffers: readonly string[] = [],
): [commId: string, state: WidgetUpdate][] {
  const paths = Array.isArray(data.buffer_paths) ? data.buffer_paths : [];
  const byModel = new Map<unknown, { path: unknown[]; buffer: string }[]>();
  for (const [i, path] of paths.entries()) {
    const [commId, ...rest] = Array.isArray(path) ? path : [];
    byModel.set(commId, [...(byModel.get(commId) ?? []), { path: rest, buffer: buffers[i] ?? '' }]);
  }
  return Object.entries(toRecord(data.states)).map(([commId, model]) => {
    const own = byModel.get(commId) ?? [];
    const update = { ...toRecord(model), buffer_paths: own.map(({ path }) => path) };
    const texts = own.map(({ buffer }) => buffer);
    return [commId, readUpdate(update, texts)];
  });
}
