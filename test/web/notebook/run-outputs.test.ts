import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../web/src/notebook/model/run-event.js';
import {
  applyEvent,
  newRun,
  type RunState,
  shownLimits,
} from '../../../web/src/notebook/model/run-outputs.js';

type Members = Partial<RunEvent> & { type: string };

/** The state after events, which are numbered from 1. */
const stateAfter = (...events: Members[]): RunState =>
  events.reduce<RunState>(
    (state, event, index) => applyEvent(state, { sequence: index + 1, late: false, ...event }),
    newRun,
  );
const outputs = (state: RunState) => state.outputs.map(({ output }) => output);
const print = (text: string, name = 'stdout'): Members => ({ type: 'stream', name, text });
const show = (text: string, id?: string, type = 'display_data'): Members => ({
  ...{ type, data: { 'text/plain': text }, metadata: {} },
  transient: id === undefined ? {} : { display_id: id },
});
const texts = (state: RunState) =>
  outputs(state).map((output) => output.text ?? (output.data as Record<string, string>)['text/plain']);

describe('outputs', () => {
  it('of one stream are one text, until another output comes between', () => {
    expect(texts(stateAfter(print('a'), print('b'), print('!', 'stderr'), print('c')))).toEqual([
      'ab',
      '!',
      'c',
    ]);
  });

  it('are kept as nbformat stores them: no object under a type of texts', () => {
    const data = {
      'application/vnd.vegalite.v6.json': { mark: 'bar' },
      'application/vnd.plotly.v1+json': { data: [] },
      'application/json': [1],
      'text/plain': ['a', 'b'],
      'x/y': { z: 1 },
    };
    const stored = {
      'application/vnd.vegalite.v6+json': { mark: 'bar' },
      'application/vnd.plotly.v1+json': { data: [] },
      'application/json': [1],
      'text/plain': ['a', 'b'],
      'x/y': '{"z":1}',
    };
    const output = { output_type: 'display_data', data, metadata: {} };
    const states = [
      stateAfter({ type: 'display_data', data, metadata: {} }),
      stateAfter(show('old', 'id'), { type: 'update_display_data', data, transient: { display_id: 'id' } }),
      stateAfter({ type: 'reset', outputs: [output] }),
    ];
    for (const state of states) expect(outputs(state)).toEqual([{ ...output, data: stored }]);
  });

  it('are cleared by clear_output, with wait when the next one comes', () => {
    expect(texts(stateAfter(print('a'), { type: 'clear_output', wait: false }))).toEqual([]);
    const waiting = stateAfter(print('a'), { type: 'clear_output', wait: true });
    expect(texts(waiting)).toEqual(['a']);
    expect(texts(applyEvent(waiting, { ...print('b'), sequence: 3, late: false }))).toEqual(['b']);
  });

  it('are replaced by update_display_data with their display id, and by a new display with it', () => {
    const update = show('new', 'one', 'update_display_data');
    expect(texts(stateAfter(show('old', 'one'), show('other'), update))).toEqual(['new', 'other']);
    expect(texts(stateAfter(show('old', 'one'), show('new', 'one')))).toEqual(['new', 'new']);
    expect(texts(stateAfter(show('old'), update))).toEqual(['old']);
  });

  it('keep their keys while others come', () => {
    const one = stateAfter(print('a'), show('b'));
    const two = stateAfter(print('a'), show('b'), print('c'));
    expect(two.outputs.slice(0, 2).map(({ key }) => key)).toEqual(one.outputs.map(({ key }) => key));
  });

  it('come in place of all others when the log has expired, and late ones behind them', () => {
    const stored = [{ output_type: 'stream', name: 'stdout', text: 'kept' }];
    const state = stateAfter(
      print('a'),
      { type: 'reset', outputs: stored, truncated: true },
      { type: 'final_response', status: 'ok' },
      { type: 'reset', outputs: [{ output_type: 'stream', name: 'stderr', text: 'late' }], late: true },
    );
    expect(texts(state)).toEqual(['kept', 'late']);
    expect(state.isCut).toBe(true);
  });

  it('that are late are added after the end, which stays the end', () => {
    const state = stateAfter(
      print('a'),
      { type: 'final_response', status: 'ok' },
      { ...print('b'), late: true },
      { type: 'status', executionState: 'busy', late: true },
    );
    expect(texts(state)).toEqual(['ab']);
    expect(state.status).toBe('ok');
  });

  it('have a bound: of a long stream the middle is left out, of many outputs the first ones', () => {
    const long = stateAfter(
      ...Array.from({ length: 60 }, (_, index) => print(String(index % 10).repeat(100_000))),
    );
    const text = outputs(long)[0]!.text as string;
    expect(text.length).toBeLessThanOrEqual(shownLimits.streamChars);
    expect([text.slice(0, 100_000), text.slice(-100_000)]).toEqual([
      '0'.repeat(100_000),
      '9'.repeat(100_000),
    ]);
    expect(long.isCut).toBe(true);
    const many = stateAfter(
      ...Array.from({ length: shownLimits.outputs + 5 }, (_, index) => show(String(index))),
    );
    expect(many.outputs.length).toBe(shownLimits.outputs);
    expect(texts(many).at(-1)).toBe(String(shownLimits.outputs + 4));
  });
});

describe('a run', () => {
  it('ignores an event that it has already, and one of an unknown type', () => {
    const state = stateAfter(print('a'));
    expect(applyEvent(state, { ...print('a'), sequence: 1, late: false })).toBe(state);
    expect(texts(stateAfter(print('a'), { type: 'from_the_future' }, print('b')))).toEqual(['ab']);
  });

  it('asks for input until it goes on', () => {
    const asked = [
      { type: 'input_request', requestId: 'r', prompt: 'Name? ', password: true },
      { type: 'status', executionState: 'waiting_for_input' },
    ];
    expect(stateAfter(...asked).input).toEqual({ requestId: 'r', prompt: 'Name? ', password: true });
    expect(stateAfter(...asked, { type: 'status', executionState: 'busy' }).input).toBeNull();
  });

  it('has its counter, its end and its fault', () => {
    const ended = stateAfter(
      { type: 'status', executionState: 'queued' },
      { type: 'execute_input', executionCount: 4 },
      { type: 'final_response', status: 'error', executionCount: 4, durationMs: 12 },
    );
    expect(ended).toMatchObject({ status: 'error', executionCount: 4, durationMs: 12 });
    const failed = stateAfter({ type: 'failure', detail: 'The kernel stopped.' });
    expect(failed).toMatchObject({ status: 'failed', failure: 'The kernel stopped.' });
  });

  it('counts messages that are missing', () => {
    const lost = (count: number, reason: string) => ({ type: 'output_lost', count, reason });
    expect(stateAfter(lost(2, 'backlog'), lost(3, 'log_limit'), lost(9, 'outputs_limit')).lost).toBe(5);
  });
});
