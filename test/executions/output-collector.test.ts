import { describe, expect, test } from 'vitest';
import type { KernelEvent } from '../../src/engines/kernels/kernel-event.js';
import { OutputCollector } from '../../src/executions/output-collector.js';

const bundle = (text: string) => ({ data: { 'text/plain': text }, metadata: {} });
const transient = (id?: string) => ({ transient: id === undefined ? {} : { display_id: id } });
const display = (text: string, id?: string): KernelEvent => ({
  type: 'display_data',
  ...bundle(text),
  ...transient(id),
});
const update = (text: string, id: string): KernelEvent => ({
  type: 'update_display_data',
  ...bundle(text),
  ...transient(id),
});
const print = (text: string): KernelEvent => ({ type: 'stream', name: 'stdout', text });
const clear = (wait: boolean): KernelEvent => ({ type: 'clear_output', wait });

/** What is shown after these events, within a limit where one is given. */
function shown(events: KernelEvent[], limit?: number) {
  const collector = new OutputCollector(limit);
  for (const event of events) collector.add(event);
  const texts = collector.outputs.map(
    ({ data, text }) => text ?? (data as Record<string, unknown>)['text/plain'],
  );
  return { texts, truncated: collector.truncated };
}

describe('displays', () => {
  test('show their last update, which adds no output', () => {
    const events = [display('1', 'a'), display('1', 'b'), update('2', 'a'), update('3', 'a')];
    expect(shown(events).texts).toEqual(['3', '1']);
  });

  test('are updated by a later display or result with their id, too', () => {
    const result: KernelEvent = {
      type: 'execute_result',
      execution_count: 1,
      ...bundle('3'),
      ...transient('a'),
    };
    expect(shown([display('1', 'a'), display('2', 'a')]).texts).toEqual(['2', '2']);
    expect(shown([display('1', 'a'), result]).texts).toEqual(['3', '3']);
  });

  test('cannot be updated after they were cleared', () => {
    expect(shown([display('1', 'a'), clear(false), update('2', 'a')]).texts).toEqual([]);
    expect(shown([display('1', 'a'), clear(true), update('2', 'a')]).texts).toEqual(['2']);
    expect(shown([display('1', 'a'), clear(true), print('x'), update('2', 'a')]).texts).toEqual(['x']);
    expect(shown([print('x'), clear(true), print('y')]).texts).toEqual(['y']);
  });
});

describe('the limit', () => {
  const limit = 1_000;
  const long = 'x'.repeat(500);

  test('counts an update by what it changes', () => {
    const updates = Array.from({ length: 100 }, (_, i) => update(`${i}${long}`, 'a'));
    expect(shown([display(long, 'a'), ...updates], limit)).toEqual({
      texts: [`99${long}`],
      truncated: false,
    });
  });

  test('keeps the output of a display when an update does not fit, until one fits', () => {
    const events = [display('1', 'a'), update(long.repeat(3), 'a')];
    expect(shown(events, limit)).toEqual({ texts: ['1'], truncated: true });
    expect(shown([...events, update('2', 'a')], limit)).toEqual({ texts: ['2'], truncated: false });
  });

  test('ends the output at the first piece that does not fit, and a clear frees all of it', () => {
    const events = [print(long), print(long), print('end')];
    expect(shown(events, limit)).toEqual({ texts: [long], truncated: true });
    expect(shown([...events, clear(false)], limit)).toEqual({ texts: [], truncated: false });
    expect(shown([...events, clear(true)], limit)).toEqual({ texts: [long], truncated: true });
    expect(shown([...events, clear(true), print('y')], limit)).toEqual({ texts: ['y'], truncated: false });
  });
});
