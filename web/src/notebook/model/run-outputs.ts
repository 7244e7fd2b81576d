import type { Output } from './notebook.js';
import type { RunEvent } from './run-event.js';
import { storableBundle } from './storable-bundle.js';

/** A question of the code of a run, which waits for a line of text. */
export interface InputRequest {
  requestId: string;
  prompt: string;
  /** Whether what is typed must not be shown. */
  password: boolean;
}

/** An output while its run is shown. */
export interface ShownOutput {
  /** Names it for as long as it is shown. */
  key: number;
  output: Output;
  /** What later displays update it by. */
  displayId?: string;
}

/** What is known of a run of a cell, from the events that came so far. */
export interface RunState {
  /** The number of the last event: what to resume after. */
  sequence: number;
  status: string;
  executionCount: number | null;
  outputs: ShownOutput[];
  /** Whether the next output replaces those before it. */
  clearsOnNext: boolean;
  input: InputRequest | null;
  /** How many messages are missing. */
  lost: number;
  /** Whether something of the outputs was left out here. */
  isCut: boolean;
  /** Why it failed, in a sentence; null if it did not. */
  failure: string | null;
  durationMs: number | null;
  nextKey: number;
}

/** A run of which no event came yet. */
export const newRun: RunState = {
  sequence: 0,
  status: 'queued',
  executionCount: null,
  outputs: [],
  clearsOnNext: false,
  input: null,
  lost: 0,
  isCut: false,
  failure: null,
  durationMs: null,
  nextKey: 0,
};

/** How many characters of one stream, and how many outputs, are kept for the page. */
export const shownLimits = { streamChars: 2_000_000, outputs: 2_000 };

/** Whether a run has ended. */
export const hasEnded = ({ status }: Pick<RunState, 'status'>) => status !== 'queued' && status !== 'running';

/**
 * The state after an event. Events that came before already, and those of an unknown type, change nothing but the number.
 * @see https://jupyter-client.readthedocs.io/en/latest/messaging.html#messages-on-the-iopub-pub-sub-channel
 */
export function applyEvent(state: RunState, event: RunEvent): RunState {
  if (event.sequence <= state.sequence) return state;
  const next = { ...state, sequence: event.sequence };
  switch (event.type) {
    case 'stream':
      return addStream(next, event.name ?? 'stdout', event.text ?? '');
    case 'display_data':
    case 'execute_result':
      return addDisplay(next, event);
    case 'update_display_data':
      return updateDisplays(next, displayIdOf(event), event);
    case 'error': {
      const { ename = '', evalue = '', traceback = [] } = event;
      return add(next, { output_type: 'error', ename, evalue, traceback });
    }
    case 'clear_output':
      return event.wait ? { ...next, clearsOnNext: true } : { ...next, outputs: [], clearsOnNext: false };
    default:
      return applyProgress(next, event);
  }
}

/** The events that say how the run goes, and add no output. */
function applyProgress(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'status':
      return applyStatus(state, event.executionState);
    case 'execute_input':
      return { ...state, status: runningUnlessEnded(state), executionCount: event.executionCount ?? null };
    case 'input_request': {
      const { requestId = '', prompt = '', password = false } = event;
      return { ...state, input: { requestId, prompt, password } };
    }
    case 'output_lost':
      return event.reason === 'outputs_limit' ? state : { ...state, lost: state.lost + (event.count ?? 0) };
    case 'reset':
      return reset(state, event);
    case 'final_response':
      return end(state, event);
    case 'failure':
      return { ...state, status: 'failed', input: null, failure: event.detail ?? 'The kernel failed.' };
    default:
      return state;
  }
}

const runningUnlessEnded = (state: RunState) => (hasEnded(state) ? state.status : 'running');

function applyStatus(state: RunState, executionState: string | undefined): RunState {
  if (hasEnded(state) || executionState === 'queued') return state;
  const waits = executionState === 'waiting_for_input';
  return { ...state, status: 'running', input: waits ? state.input : null };
}

/** The log has expired: its outputs come in one event, those that came after the end in another one. */
function reset(state: RunState, event: RunEvent): RunState {
  const outputs = Array.isArray(event.outputs) ? (event.outputs as Output[]) : [];
  const isCut = (event.late && state.isCut) || (event.truncated ?? false);
  const cleared = event.late ? { ...state, isCut } : { ...state, outputs: [], clearsOnNext: false, isCut };
  return outputs.reduce((done, output) => add(done, storable(output)), cleared);
}

const storable = (output: Output): Output =>
  'data' in output ? { ...output, data: storableBundle(output.data) } : output;

function end(state: RunState, event: RunEvent): RunState {
  return {
    ...state,
    status: event.status ?? 'ok',
    executionCount: event.executionCount ?? state.executionCount,
    durationMs: event.durationMs ?? null,
    input: null,
  };
}

function addStream(state: RunState, name: string, text: string): RunState {
  const cleared = clearIfAsked(state);
  const last = cleared.outputs.at(-1);
  if (last?.output.output_type !== 'stream' || last.output.name !== name)
    return add(cleared, { output_type: 'stream', name, text });
  const whole = `${last.output.text as string}${text}`;
  const isCut = whole.length > shownLimits.streamChars;
  const kept = isCut ? cutMiddle(whole) : whole;
  const outputs = [...cleared.outputs.slice(0, -1), { ...last, output: { ...last.output, text: kept } }];
  return { ...cleared, outputs, isCut: cleared.isCut || isCut };
}

/** The head and the tail of a text that became too long, half of the limit together, so that it is not cut at each event. */
function cutMiddle(text: string): string {
  const part = shownLimits.streamChars / 4;
  return `${text.slice(0, part)}\n… the middle is left out …\n${text.slice(-part)}`;
}

/** A display with the id of earlier ones updates those too. */
function addDisplay(state: RunState, event: RunEvent): RunState {
  const displayId = displayIdOf(event);
  const updated = updateDisplays(clearIfAsked(state), displayId, event);
  const output: Output = {
    output_type: event.type,
    data: storableBundle(event.data),
    metadata: event.metadata ?? {},
  };
  if (event.type === 'execute_result') output.execution_count = event.executionCount ?? null;
  return add(updated, output, displayId);
}

/** Replaces the content of all displays with an id; without one it changes nothing. */
export function updateDisplays(
  state: RunState,
  displayId: string | undefined,
  { data, metadata }: Pick<RunEvent, 'data' | 'metadata'>,
): RunState {
  if (displayId === undefined || !state.outputs.some((one) => one.displayId === displayId)) return state;
  const outputs = state.outputs.map((one) =>
    one.displayId === displayId
      ? { ...one, output: { ...one.output, data: storableBundle(data), metadata: metadata ?? {} } }
      : one,
  );
  return { ...state, outputs };
}

/** The display id of an event, if it has one. */
export function displayIdOf(event: RunEvent): string | undefined {
  const id = (event.transient as { display_id?: unknown } | undefined)?.display_id;
  return typeof id === 'string' ? id : undefined;
}

function clearIfAsked(state: RunState): RunState {
  return state.clearsOnNext ? { ...state, outputs: [], clearsOnNext: false } : state;
}

function add(state: RunState, output: Output, displayId?: string): RunState {
  const cleared = clearIfAsked(state);
  const first = cleared.outputs.length - shownLimits.outputs + 1;
  const kept = first > 0 ? cleared.outputs.slice(first) : cleared.outputs;
  const shown: ShownOutput = {
    key: cleared.nextKey,
    output,
    ...(displayId === undefined ? {} : { displayId }),
  };
  return {
    ...cleared,
    outputs: [...kept, shown],
    nextKey: cleared.nextKey + 1,
    isCut: cleared.isCut || first > 0,
  };
}
