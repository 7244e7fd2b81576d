import type { JsonObject } from '../../engines/nbformat/json-value.js';
import { DomainError } from '../../errors.js';
import type { Executor } from '../executor.js';

/** The errors of a kernel that cannot say now which widgets it has. */
const isWithoutAnswer = new Set(['session_dead', 'kernel_busy', 'overloaded', 'runtime_unavailable']);

/**
 * The member `widgets` of the metadata of a notebook whose outputs show widgets, as nbclient stores it.
 * @returns an empty object where the session has no widgets, and where its kernel is gone or does not answer
 */
export async function widgetMetadata(executor: Executor, sessionId: string): Promise<JsonObject> {
  try {
    const widgets = await executor.widgets(sessionId);
    const state = await widgets.state();
    if (Object.keys(state.state).length === 0) return {};
    // Its members are what the kernel sent as JSON.
    return { widgets: { 'application/vnd.jupyter.widget-state+json': state as unknown as JsonObject } };
  } catch (error) {
    if (error instanceof DomainError && isWithoutAnswer.has(error.code)) return {};
    throw error;
  }
}
